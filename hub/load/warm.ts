import { yamlText } from '../../shared/lib/yaml/write.ts';
import type { FileReader, FileToRead } from './reader.ts';

/** Readings after which one more makes the next hardly faster. */
const readings = 5;

/**
 * Makes the first push into a hub be read as fast as the next ones: reads an example a few times, as JSON and as YAML, one file at a time,
 * so that what is read for a pass comes in between. Never throws.
 */
export async function warmReader(reader: FileReader, signal: AbortSignal): Promise<void> {
  const files = examples();
  for (let reading = 0; reading < readings && !signal.aborted; reading += 1) {
    for (const file of files) await reader.read([file], signal).catch(() => []);
  }
}

function examples(): readonly FileToRead[] {
  const objects = Array.from({ length: 100 }, (_, at) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `example-${at}`, labels: { example: `${at}` } },
    data: { number: `${at}`, text: 'the first line\nthe second line\n' },
    list: [at, true, null],
  }));
  const application = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'example' },
    spec: { components: [{ name: 'objects', type: 'k8s-objects', properties: { objects } }] },
  };
  const texts = [JSON.stringify(application, null, 1), yamlText(application)];
  return texts.map((text) => ({ path: 'example.yaml', bytes: Buffer.from(text), all: false }));
}
