import { writeFileSync } from 'node:fs';
import { kubectlPath } from '../../../../config/tools.ts';
import { askKubectl } from './oracle.ts';
import { probes } from './probes.ts';

/** Writes kubectl.json afresh after a change of the probes; format it with Prettier afterwards. */
const kubectl = await kubectlPath();
if (kubectl === null) throw new Error('no kubectl for this platform');
const readings = await askKubectl(kubectl, probes);
const lines = probes.map((probe, index) => `  ${JSON.stringify([probe, readings[index]])}`);
writeFileSync(new URL('kubectl.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
