/** The subject line of the ledger commit of a pass that took some commits, the last of them `commit`, and has some bundles. */
export function commitMessage(commits: number, commit: string, bundles: number): string {
  const cause =
    commits === 0 ? 'follow what agents and administrators said' : `process ${commit.slice(0, 12) || 'the folder'}`;
  return bundles === 0 ? cause : `${cause}: ${bundles} bundle${bundles === 1 ? '' : 's'}`;
}
