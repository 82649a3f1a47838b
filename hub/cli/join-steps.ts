import type { JoinTicket } from '../../shared/wire/join.ts';

/** How the agent of a join file gets into its cluster: lines for a shell, with Helm, or as a process that reaches the cluster. */
export function joinSteps(file: string, { url, hub }: Pick<JoinTicket, 'url' | 'hub'>): string {
  const helm = 'helm install sluice-agent charts/agent --namespace sluice-system --create-namespace';
  // A comma would begin another setting.
  const setting = quoted(`join=${file.replace(/[\\,]/g, (sign) => `\\${sign}`)}`);
  const isHost = /^https?:/.test(url) && (hub === null || !url.startsWith(`${hub}/`));
  const isNear = /^[a-z+]+:\/\/(127\.|localhost|\[::1\])/.test(url);
  const token =
    'give it a token that may read there with --channel-auth-file FILE, or --set channel.existingSecret=NAME';
  return (
    `next, in that cluster:\n  ${helm} --set-file ${setting}\n` +
    `or from a machine that reaches it:\n  sluice-agent run --kubeconfig KUBECONFIG --join-file ${quoted(file)}\n` +
    (isHost ? `note: it pulls from ${url}; ${token}\n` : '') +
    (isNear ? `note: its agent is told ${url}, which only this machine reaches; see --public-url of serve\n` : '')
  );
}

function quoted(word: string): string {
  return /^[\w@%+=:./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
