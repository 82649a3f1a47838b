import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { Kept } from '../model/kept.ts';
import type { ServedObject } from '../model/served.ts';
import { digestOf, type Digest } from '../../shared/lib/canonical.ts';
import { bundleLimits } from '../../shared/model/limits.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { bundleFiles } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { SignedBytes } from '../../shared/wire/envelope.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

const texts = z.record(z.string(), z.string());
const file = z.object({ payload: z.string(), signatures: z.string() });
const headDocument = z.object({
  format: z.literal(1),
  roots: z.array(file),
  revision: file,
  freshness: file.nullable(),
  served: z.array(z.object({ app: z.custom<BundleApp>(), objects: z.array(z.tuple([z.string(), z.string()])) })),
  texts,
});
const baseDocument = z.object({ format: z.literal(1), texts });
type Head = z.infer<typeof headDocument>;

/** More than a bundle of the largest size, its envelope and what it replaces come to. */
const maxOutputLength = 8 * bundleLimits[2].bytes;

/** Texts by digest, as they are at hand: what is not written is not decoded. */
export type Texts = ReadonlyMap<Digest, string | Uint8Array>;

/** What is to be kept of a bundle that starts, and of what else serves. */
export interface ToKeep {
  readonly bundle: VerifiedBundle;
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
}

/** Every text that a repair of what runs may need. */
export function textsToKeep({ bundle, served }: ToKeep): Texts {
  const found = new Map<Digest, string | Uint8Array>();
  for (const { digest } of bundleFiles(bundle.revision)) {
    const bytes = bundle.objectBytes(digest);
    if (bytes !== null) found.set(digest, bytes);
  }
  for (const { digest, text } of served.values()) found.set(digest, text);
  return found;
}

/** The bytes of the head: the signed files, what else serves, and these texts. */
export async function packHead({ bundle, served }: ToKeep, own: Texts): Promise<Uint8Array> {
  const apps = Map.groupBy(served, ([, { app }]) => app);
  const { roots, freshness } = bundle.files;
  const head: Head = {
    format: 1,
    roots: roots.map(textsOf),
    revision: bundle.envelope,
    freshness: freshness === null ? null : textsOf(freshness),
    served: [...apps].map(([app, list]) => ({
      app: sliceOf(app, new Set(list.map(([id]) => id))),
      objects: list.map(([id, { digest }]) => [id, digest]),
    })),
    texts: decoded(own),
  };
  return zip(JSON.stringify(head), { level: 1 });
}

/** The bytes of a base. */
export async function packBase(all: Texts): Promise<Uint8Array> {
  return zip(JSON.stringify({ format: 1, texts: decoded(all) }), { level: 4 });
}

/** What such bytes have; throws for what is packed otherwise. Texts count only with the digest that they are named by. */
export async function unpackKept(head: Uint8Array, base: Uint8Array | null): Promise<Kept> {
  const { roots, revision, freshness, served, texts: own } = headDocument.parse(await parsed(head));
  const common = base === null ? {} : baseDocument.parse(await parsed(base)).texts;
  const textOf = (digest: string): string | undefined => own[digest] ?? common[digest];
  return {
    snapshot: {
      roots: roots.map(bytesOf),
      revision: bytesOf(revision),
      freshness: freshness === null ? null : bytesOf(freshness),
      object: (_path, digest) => {
        const text = textOf(digest);
        return Promise.resolve(text === undefined ? null : Buffer.from(text, 'utf8'));
      },
    },
    served: new Map(
      served.flatMap(({ app, objects }) =>
        objects.flatMap(([id, digest]): [ObjectId, ServedObject][] => {
          const text = textOf(digest);
          if (text === undefined || digestOf(text) !== digest) return [];
          return [[id, { app, digest: digest, text }]];
        }),
      ),
    ),
  };
}

/** The text of what is at hand. */
export function decode(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
}

function decoded(own: Texts): Record<string, string> {
  return Object.fromEntries([...own].map(([digest, text]) => [digest, decode(text)]));
}

async function parsed(bytes: Uint8Array): Promise<unknown> {
  return JSON.parse((await unzip(bytes, { maxOutputLength })).toString('utf8')) as unknown;
}

/** What an application says of some of its objects: the rest is not needed to repair them. */
function sliceOf(app: BundleApp, ids: ReadonlySet<ObjectId>): BundleApp {
  const own = <T extends { readonly id: ObjectId }>(list: readonly T[]) => list.filter(({ id }) => ids.has(id));
  const revisions = app.revisions.map((one) => ({ ...one, objects: one.objects.filter((id) => ids.has(id)) }));
  return {
    ...app,
    objects: own(app.objects),
    replicas: own(app.replicas),
    traffic: own(app.traffic),
    revisions: revisions.filter(({ objects }) => objects.length > 0),
  };
}

function textsOf({ payload, signatures }: SignedBytes): Head['revision'] {
  return { payload: Buffer.from(payload).toString('utf8'), signatures: Buffer.from(signatures).toString('utf8') };
}

function bytesOf({ payload, signatures }: Head['revision']): SignedBytes {
  return { payload: Buffer.from(payload, 'utf8'), signatures: Buffer.from(signatures, 'utf8') };
}
