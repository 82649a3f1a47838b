import { isSluiceError } from '../../shared/errors.ts';
import type { BackoffLimits } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Kube } from '../model/kube.ts';
import type { KubeAccess } from './access.ts';
import { isDefined } from './definitions.ts';
import { discover } from './discovery.ts';
import { openMapping, type Mapping } from './mapping.ts';
import { getMeta, getObject, listObjects } from './read.ts';
import { openSession } from './session.ts';
import type { Ask, Impersonation, Session } from './session.ts';
import { openTransport } from './transport.ts';
import { watchResource } from './watch.ts';
import type { WatchLimits, WatchPort } from './watch.ts';
import {
  applyObject,
  createObject,
  deleteObject,
  postObject,
  putObject,
  scaleObject,
  setManagedFields,
  updateObject,
} from './write.ts';

export interface KubeOptions {
  readonly access: KubeAccess;
  readonly clock: Clock;
  readonly random: Random;
  readonly impersonate?: Impersonation;
  readonly userAgent?: string;
  /** Milliseconds that one request may wait for a server that says Retry-After; default 30 s. */
  readonly retryBudgetMs?: number;
  readonly watch?: Partial<WatchLimits>;
}

/** A client, and the end of its connections. */
export interface KubeClient extends Kube {
  readonly close: () => void;
}

const defaultWatch: WatchLimits = {
  maxLineBytes: 8 * 1024 * 1024,
  idleMs: 150_000,
  streamSeconds: 240,
  backoff: { first: 1_000, max: 60_000 } satisfies BackoffLimits,
};

/** One session to write through, another to read through. */
function writingAs(writer: Session, reader: Session): Session {
  const of = ({ method = 'GET' }: Ask): Session => (method === 'GET' ? reader : writer);
  return {
    ...reader,
    json: async (ask) => of(ask).json(ask),
    answer: async (ask) => of(ask).answer(ask),
  };
}

/** Opens the client of one API server; nothing is sent before the first call. */
export function createKube(options: KubeOptions): KubeClient {
  const { access, clock, random } = options;
  const transport = openTransport(access);
  const sessions: Session[] = [];
  const sessionOf = (impersonate: Impersonation | undefined): Session => {
    const session = openSession({
      access,
      transport,
      clock,
      random,
      retryBudgetMs: options.retryBudgetMs ?? 30_000,
      userAgent: options.userAgent ?? 'sluice-agent',
      ...(impersonate === undefined ? {} : { impersonate }),
    });
    sessions.push(session);
    return session;
  };
  const own = sessionOf(options.impersonate);
  let watches = 0;
  const sum = (count: (session: Session) => number): number => sessions.reduce((all, one) => all + count(one), 0);
  const users = new Map<string, Kube>();
  const shared: SharedParts = {
    // Every user sees the same kinds.
    mapping: openMapping(async (signal) => discover(own, signal)),
    watching: {
      clock,
      random,
      limits: { ...defaultWatch, ...options.watch },
      onStream: (change) => {
        watches += change;
      },
    },
    as: (user) => {
      const opened = users.get(user) ?? kubeOn(writingAs(sessionOf({ user }), own), shared);
      users.set(user, opened);
      return opened;
    },
    counters: () => ({
      requests: sum((one) => one.counters().requests),
      writes: sum((one) => one.counters().writes),
      watches,
    }),
  };
  return { ...kubeOn(own, shared), close: transport.close };
}

/** What the clients of all users have in common. */
interface SharedParts extends Pick<Kube, 'as' | 'counters'> {
  readonly mapping: Mapping;
  readonly watching: Omit<WatchPort, 'session'>;
}

function kubeOn(session: Session, { mapping, watching, as, counters }: SharedParts): Kube {
  /** A path that is not served any more means that the kinds must be looked up again. */
  const learning = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (isSluiceError(error, 'KIND_UNKNOWN')) mapping.forget();
      throw error;
    }
  };
  return {
    resource: mapping.find,
    resources: mapping.all,
    forgetResources: mapping.forget,
    isDefined: async (ref, signal) => isDefined(session, ref, signal),
    version: async (signal) =>
      ((await session.json({ path: '/version', signal })) as { gitVersion: string }).gitVersion,
    get: async (key, signal) => learning(getObject(session, key, signal)),
    getMetadata: async (key, signal) => learning(getMeta(session, key, signal)),
    list: async (resource, wanted) => learning(listObjects(session, resource, wanted)),
    create: async (resource, object, how) => learning(createObject(session, resource, object, how)),
    update: async (resource, object, uid, how) => learning(updateObject(session, resource, object, { ...how, uid })),
    apply: async (resource, object, how) => learning(applyObject(session, resource, object, how)),
    setManagedFields: async (key, meta, how) => learning(setManagedFields(session, key, meta, how)),
    delete: async (key, how) => learning(deleteObject(session, key, how)),
    post: async (resource, object, signal) => learning(postObject(session, resource, object, signal)),
    put: async (resource, object, signal) => learning(putObject(session, resource, object, signal)),
    scale: async (key, replicas, how) => learning(scaleObject(session, key, replicas, how)),
    watch: async (resource, wanted) => watchResource({ ...watching, session }, resource, wanted),
    as,
    counters,
  };
}
