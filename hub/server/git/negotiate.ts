import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { ancestors, reaching, type Walk } from './history.ts';
import type { GitView } from './view.ts';

/** What a client asks for, in either protocol; no commit is there twice. */
export interface FetchRequest {
  readonly wants: readonly Oid[];
  readonly haves: readonly Oid[];
  /** Commits whose parents the client does not have. */
  readonly shallows: readonly Oid[];
  /** Commits from each tip; 0 = all. */
  readonly depth: number;
}

/** What client and channel have in common, and where a shallow history will end. */
export interface Negotiated {
  readonly common: readonly Oid[];
  /** Every wanted tip reaches something that the client has. */
  readonly isReady: boolean;
  readonly shallow: readonly Oid[];
  readonly unshallow: readonly Oid[];
  /** Commits to send, newest first, and commits whose content the client has. */
  readonly send: readonly Oid[];
  readonly had: readonly Oid[];
}

// How far behind a visible tip a wanted commit may be: a client may have listed the refs some publishes ago.
const wantDistance = 1_000;

/**
 * The request as the view allows it: at most as many wants as there are refs to see, each a visible tip, or one not long ago.
 * Who may read tips alone gets those of now, and one commit of each. Throws NOT_FOUND, FORBIDDEN or LIMIT_EXCEEDED.
 */
export async function allowed(view: GitView, request: FetchRequest): Promise<FetchRequest> {
  const tips = [...view.refs.values()];
  const visible = new Set(tips);
  if (request.wants.length > tips.length && tips.length > 0) {
    throw new SluiceError('LIMIT_EXCEEDED', `${request.wants.length} wants, and ${tips.length} refs to see`);
  }
  const missing = new Set(request.wants.filter((oid) => !visible.has(oid)));
  if (missing.size > 0 && view.reads === 'history') {
    for await (const { oid } of ancestors(view, tips, (_, distance) => distance < wantDistance)) {
      missing.delete(oid);
      if (missing.size === 0) break;
    }
  }
  const [first] = missing;
  if (first !== undefined) throw new SluiceError('NOT_FOUND', `upload-pack: not our ref ${first}`);
  if (view.reads === 'history') return request;
  if (request.depth === 0) throw new SluiceError('FORBIDDEN', 'an agent gets no history: fetch with --depth 1');
  return { ...request, depth: 1 };
}

/** Decides what to send. Only commits that the wanted ones reach count as common, so that a client learns nothing of refs that it may not see. */
export async function negotiate(walk: Walk, request: FetchRequest): Promise<Negotiated> {
  const common = await commonOf(walk, request);
  const isCommon = new Set(common);
  const isShallow = new Set(request.shallows);
  const isReady = common.length > 0 && (await reaching(walk, request.wants, isCommon)).size === request.wants.length;
  if (request.depth > 0) return { common, isReady, ...(await limited(walk, request, isShallow, common)) };
  // Ancestors of a common commit, and of the end of a shallow history, are not sent.
  const stop = (oid: Oid): boolean => !isCommon.has(oid) && !isShallow.has(oid);
  const send: Oid[] = [];
  for await (const { oid } of ancestors(walk, request.wants, stop)) if (!isCommon.has(oid)) send.push(oid);
  return { common, isReady, shallow: [], unshallow: [], send, had: common };
}

async function limited(
  walk: Walk,
  { wants, depth }: FetchRequest,
  isShallow: ReadonlySet<Oid>,
  common: readonly Oid[],
): Promise<Pick<Negotiated, 'shallow' | 'unshallow' | 'send' | 'had'>> {
  const reach: Oid[] = [];
  const ends = new Set<Oid>();
  for await (const { oid, node, distance } of ancestors(walk, wants, (_, distance) => distance < depth)) {
    reach.push(oid);
    if (distance >= depth && node.parents.length > 0) ends.add(oid);
  }
  const had = new Set<Oid>();
  for await (const { oid } of ancestors(walk, common, (oid) => !isShallow.has(oid))) had.add(oid);
  return {
    shallow: [...ends].filter((oid) => !isShallow.has(oid)),
    unshallow: reach.filter((oid) => isShallow.has(oid) && !ends.has(oid)),
    send: reach.filter((oid) => !had.has(oid)),
    had: [...had],
  };
}

async function commonOf(walk: Walk, { wants, haves }: FetchRequest): Promise<Oid[]> {
  const open = new Set(haves);
  const common: Oid[] = [];
  if (open.size === 0) return common;
  for await (const { oid } of ancestors(walk, wants, (oid) => !open.has(oid))) {
    if (open.has(oid)) common.push(oid);
    if (common.length === open.size) break;
  }
  return common;
}
