import { expect, it } from 'vitest';
import { contextAnnotations } from '../../../../hub/model/annotations.ts';

it('templates read the annotations of an Application, but for those that steer its delivery', () => {
  const steering = { 'sluice.dev/approved': 'web#1', 'sluice.dev/paused': 'true', 'audit.sluice.dev/by': 'ann' };
  const others = { 'app.oam.dev/publishVersion': 'p7', 'not-sluice.dev/a': 'b', team: 'a' };
  expect(contextAnnotations({ name: 'web', annotations: { ...steering, ...others } })).toEqual(others);
  expect(contextAnnotations({ name: 'web' })).toEqual({});
});
