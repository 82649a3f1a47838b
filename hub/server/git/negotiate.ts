import { SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { ancestors, type History } from './history.ts';

/** What a client asks for, in either protocol. */
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

/** Throws NOT_FOUND unless every wanted commit is a visible tip, or was one not long ago. */
export function assertWanted(history: History, wants: readonly Oid[], tips: readonly Oid[]): void {
  const visible = new Set(tips);
  const missing = new Set(wants.filter((oid) => !visible.has(oid)));
  if (missing.size === 0) return;
  for (const { oid } of ancestors(history, tips, (_, distance) => distance < wantDistance)) missing.delete(oid);
  const [first] = missing;
  if (first !== undefined) throw new SluiceError('NOT_FOUND', `upload-pack: not our ref ${first}`);
}

/** Decides what to send. Only commits that the wanted ones reach count as common, so that a client learns nothing of refs that it may not see. */
export function negotiate(history: History, request: FetchRequest): Negotiated {
  const common = commonOf(history, request);
  const isCommon = new Set(common);
  const isShallow = new Set(request.shallows);
  const isReady = common.length > 0 && request.wants.every((want) => reaches(history, want, isCommon));
  if (request.depth > 0) return { common, isReady, ...limited(history, request, isShallow, common) };
  // Ancestors of a common commit, and of the end of a shallow history, are not sent.
  const stop = (oid: Oid): boolean => !isCommon.has(oid) && !isShallow.has(oid);
  const visited = [...ancestors(history, request.wants, stop)].map(({ oid }) => oid);
  return {
    common,
    isReady,
    shallow: [],
    unshallow: [],
    send: visited.filter((oid) => !isCommon.has(oid)),
    had: common,
  };
}

function limited(
  history: History,
  { wants, depth }: FetchRequest,
  isShallow: ReadonlySet<Oid>,
  common: readonly Oid[],
): Pick<Negotiated, 'shallow' | 'unshallow' | 'send' | 'had'> {
  const reach = [...ancestors(history, wants, (_, distance) => distance < depth)];
  const ends = new Set(
    reach.filter(({ node, distance }) => distance >= depth && node.parents.length > 0).map(({ oid }) => oid),
  );
  const had = new Set([...ancestors(history, common, (oid) => !isShallow.has(oid))].map(({ oid }) => oid));
  return {
    shallow: [...ends].filter((oid) => !isShallow.has(oid)),
    unshallow: reach.map(({ oid }) => oid).filter((oid) => isShallow.has(oid) && !ends.has(oid)),
    send: reach.map(({ oid }) => oid).filter((oid) => !had.has(oid)),
    had: [...had],
  };
}

function commonOf(history: History, { wants, haves }: FetchRequest): Oid[] {
  const open = new Set(haves);
  const common: Oid[] = [];
  if (open.size === 0) return common;
  for (const { oid } of ancestors(history, wants, (oid) => !open.has(oid))) {
    if (open.has(oid)) common.push(oid);
    if (common.length === open.size) break;
  }
  return common;
}

function reaches(history: History, tip: Oid, targets: ReadonlySet<Oid>): boolean {
  for (const { oid } of ancestors(history, [tip])) if (targets.has(oid)) return true;
  return false;
}
