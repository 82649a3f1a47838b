import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { runCommand } from '../../lab/demo/program.ts';
import { embedded } from '../scenarios/backend.ts';
import { configApp } from '../scenarios/documents.ts';
import { startFleet, type Fleet, type Site } from '../scenarios/fleet.ts';
import { handsOf } from '../scenarios/hands.ts';

interface Shown {
  readonly exit: number;
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
}

describe('`sluice-agent status` as a process of its own', { timeout: 120_000 }, () => {
  let fleet: Fleet;
  const run = (site: Pick<Site, 'kubeconfig'>, ...args: readonly string[]) =>
    runCommand(['agent/main.ts', 'status', '--kubeconfig', site.kubeconfig, ...args]);
  /** Waits until the first condition is this one; its exit status must be that of the process, too. */
  const until = (site: Pick<Site, 'kubeconfig'>, type: string): Promise<Shown> =>
    waitFor(
      `agent status to say ${type}`,
      async () => {
        const { status, stdout, stderr } = await run(site, '--json');
        expect(stderr).toBe('');
        const shown = JSON.parse(stdout) as Shown;
        expect(shown.exit).toBe(status);
        return shown.conditions[0]?.type === type ? shown : undefined;
      },
      40_000,
    );
  const join = (name: string) => fleet.join(name, { body: { labels: { name } }, agent: { flags: { poll: 1 } } });

  beforeAll(async () => {
    fleet = await startFleet({ backend: embedded });
    await fleet.push({ 'web.yaml': configApp('web', { web: '1' }) });
  }, 120_000);
  afterAll(() => fleet.close());

  it('says that a cluster has not joined, that all is applied, and that no agent runs', async () => {
    const bare = await embedded.start('bare', []);
    expect(await until(bare, 'NotJoined')).toMatchObject({ exit: 11 });
    await bare.stop();
    const site = await join('plain');
    expect(await until(site, 'Settled')).toMatchObject({ exit: 0 });
    await site.agent().stop();
    const { exit, conditions } = await until(site, 'AgentDown');
    expect([exit, conditions[0]?.message]).toEqual([11, expect.stringMatching(/no agent runs .*start it again/)]);
    expect((await run(site)).stdout).toMatch(/AgentDown {5}no agent runs .*not repaired meanwhile\n/);
  });

  it('says that it was revoked, and that it has left', async () => {
    const [gone, left] = [await join('gone'), await join('left')];
    await Promise.all([until(gone, 'Settled'), until(left, 'Settled')]);
    await fleet.cli('cluster', 'revoke', 'gone');
    await fleet.cli('cluster', 'remove', 'left');
    const revoked = await until(gone, 'Revoked');
    expect([revoked.exit, revoked.conditions[0]?.message]).toEqual([10, expect.stringContaining('join gone --rekey')]);
    expect(await until(left, 'Left')).toMatchObject({ exit: 10 });
  });

  it('says that its own state cannot be written', async () => {
    const site = await join('full');
    await until(site, 'Settled');
    await handsOf(site.view).edit('/ConfigMap/sluice-system/sluice-state', (object) => {
      Object.assign(object, { immutable: true });
    });
    expect(await fleet.cli('cluster', 'labels', 'full', 'more=1')).toMatchObject({ status: 0 });
    expect(await until(site, 'AgentFault')).toMatchObject({ exit: 10 });
  });

  it('says that the hub cannot be reached, and that what runs stays', async () => {
    const site = await join('far');
    await until(site, 'Settled');
    await fleet.stopHub();
    const { exit, conditions } = await until(site, 'Unreachable');
    expect([exit, conditions[0]?.message]).toEqual([11, expect.stringContaining('what runs stays')]);
    await fleet.startHub();
    expect(await until(site, 'Settled')).toMatchObject({ exit: 0 });
  });
});
