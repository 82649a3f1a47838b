import { describe, expect, it } from 'vitest';
import type { CueEngine, CueEvaluator } from '../../../../hub/cue/engine.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

/** An evaluator that makes a ConfigMap of everything, and breaks down over parameters with `image: broken`. */
function evaluatorThat(breaks: () => Error): CueEngine {
  const evaluate: CueEvaluator['evaluate'] = (programs) => {
    if (JSON.stringify(programs).includes('broken')) return Promise.reject(breaks());
    const output = { apiVersion: 'v1', kind: 'ConfigMap' };
    return Promise.resolve(programs.map(() => ({ ok: true, value: { output } })));
  };
  return {
    evaluate,
    forApplication: () => ({ evaluate }),
    warm: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const app = (name: string, image = name) => `kind: Application
metadata: { name: ${name} }
spec: { components: [{ name: ${name}, type: worker, properties: { image: ${image} } }] }
`;
const local = 'kind: Cluster\nmetadata: { name: local }\n';
const fleet = () => fleetOf([app('bad', 'broken'), app('good'), local].join('---\n'));

describe('a bug while one application is rendered', () => {
  it('keeps that one as it is, names it, and lets the others proceed', async () => {
    const cue = evaluatorThat(() => new TypeError('x is not a function'));
    const rendered = await renderFleet(cue, fleet());
    expect(rendered.apps.map(({ name }) => name)).toEqual(['good']);
    expect(rendered.failed).toEqual([{ unit: 'default/bad', cluster: 'local' }]);
    expect(rendered.problems).toMatchObject([
      {
        code: 'INTERNAL',
        app: 'default/bad',
        revision: 'default/bad-v1',
        message: expect.stringMatching(/^bad-v1: cannot be rendered: x is not a function/) as string,
        hint: expect.stringContaining('what runs stays') as string,
        severity: 'error',
      },
    ]);
  });

  it('is one in what belongs to a single cluster, too', async () => {
    const broken = fleet();
    const [first] = fleetOf(`kind: ApplicationDeployment
metadata: { name: deploy }
spec: { appRevisions: [{ revisionName: good-v1, placement: [{ distribution: {} }] }] }
`).deployments;
    const spec = { ...first!.doc.spec };
    Object.defineProperty(spec, 'traffic', {
      get: () => {
        throw new TypeError('y is undefined');
      },
    });
    const deployments = [{ ...first!, doc: { ...first!.doc, spec } }];
    const cue = evaluatorThat(() => new TypeError('never'));
    const applications = [...fleetOf([app('good'), app('other')].join('---\n')).applications];
    const rendered = await renderFleet(cue, { ...broken, applications, deployments });
    expect(rendered.apps.map(({ name }) => name)).toEqual(['other']);
    expect(rendered.failed).toEqual([{ unit: 'default/deploy', cluster: 'local' }]);
    expect(rendered.problems).toMatchObject([{ code: 'INTERNAL', app: 'default/deploy', cluster: 'local' }]);
  });

  it.each([
    ['an evaluator that does not start', new SluiceError('UNAVAILABLE', 'the CUE worker did not start')],
    ['the end of the program', new DOMException('stopped', 'AbortError')],
  ])('is not %s: the pass is tried again', async (_case, error) => {
    await expect(
      renderFleet(
        evaluatorThat(() => error),
        fleet(),
      ),
    ).rejects.toThrow(error.message);
  });
});
