import { describe, expect, it } from 'vitest';
import { saidOf } from '../../../fixtures/hub/delivery.ts';

const said = (metadata: string): readonly string[] =>
  saidOf(
    `kind: Application\nmetadata:\n  name: app\n  ${metadata}\nspec:\n  components: [{ name: web, type: worker, properties: { image: x } }]\n`,
  );

describe('what steers the controller of KubeVela', () => {
  it.each([
    ['labels: { controller.core.oam.dev/pause: "true" }', /this label holds nothing here.*line 4 at controller/],
    ['annotations: { app.oam.dev/publishVersion: v2 }', /this version holds nothing back.*sluice\.dev\/paused/],
    ['annotations: { app.oam.dev/service-account-name: deployer }', /this account has no effect.*impersonation/],
  ])('is said to have no effect: %s', (metadata, words) => {
    expect(said(metadata)).toEqual([expect.stringMatching(/^warning\[UNSUPPORTED\]/)]);
    expect(said(metadata)[0]).toMatch(words);
  });

  it.each(['labels: { controller.core.oam.dev/pause: "false" }', 'labels: { team: a }', 'annotations: { a.b/c: d }'])(
    'is not: %s',
    (metadata) => {
      expect(said(metadata)).toEqual([]);
    },
  );
});
