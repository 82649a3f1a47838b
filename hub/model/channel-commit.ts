import type { GitObject, Oid } from '../../shared/lib/git/object.ts';
import { makeCommit } from './commit.ts';
import type { PublishedBundle } from './published-bundle.ts';

/** The commit that carries a bundle on its ref: made of nothing but the bundle and the parent. */
export function channelCommit(
  bundle: Pick<PublishedBundle, 'cluster' | 'revision' | 'revisionDigest' | 'tree'>,
  parent: Oid | null,
): GitObject {
  const { generation, issuedAt } = bundle.revision;
  return makeCommit({
    tree: bundle.tree,
    parent,
    time: Math.floor(Date.parse(issuedAt) / 1000),
    message: `${bundle.cluster}: generation ${generation}\n\nRevision: ${bundle.revisionDigest}`,
  });
}

/** The commits that may carry a bundle: the recorded one; without a parent; and on top of what its ref leaves. */
export function commitsOf(bundle: PublishedBundle): readonly GitObject[] {
  return [null, bundle.parent].map((parent) => channelCommit(bundle, parent));
}

/**
 * True for the commits that a cluster's ref may be at while its registration reads it: the bundle's, also made anew with or
 * without a parent, and the one before it. What another registration was sent under this name, and what nothing recorded, is none of them.
 */
export function isOwnCommit(bundle: PublishedBundle, at: Oid): boolean {
  return at === bundle.commit || at === bundle.parent || commitsOf(bundle).some(({ oid }) => oid === at);
}
