import { createCatalog, definitionKey } from '../definitions/catalog.ts';
import type { CueEngine } from '../cue/engine.ts';

const evaluations = 15;

/** Makes the first push after a start as fast as the next ones: evaluates the definition that most applications use a few times. Never throws. */
export async function warmUp(cue: CueEngine, signal: AbortSignal): Promise<void> {
  const subject = definitionKey('ComponentDefinition', 'webservice');
  const found = createCatalog([]).find('ComponentDefinition', 'webservice', 'default');
  const template = found?.pinned.template ?? '';
  const parameter = { image: 'warm-up', ports: [{ port: 80, expose: true }] };
  const context = {
    name: 'warm-up',
    componentName: 'warm-up',
    appName: 'warm-up',
    namespace: 'default',
    revision: 'warm-up-v1',
  };
  await cue.warm({ subject, template, parameter, context }, evaluations, signal);
}
