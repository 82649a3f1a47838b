import type { Digest } from '../../shared/lib/canonical.ts';
import { worstHealth, type AppHealth } from '../../shared/model/health.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { StatusTexts } from './fleet.ts';

/** An object that a status text reads: `output` (null) or a name of `outputs`, and which fields of it. */
export interface CheckedObject {
  readonly name: string | null;
  readonly id: ObjectId;
  /** JSON pointers. */
  readonly fields: readonly string[];
}

/** What the definition of a component, or of one of its traits, says of how well it is. */
export interface HealthCheck {
  readonly component: string;
  readonly trait?: string;
  /** The revision that it belongs to, where several are side by side. */
  readonly revision?: string;
  /** `ComponentDefinition/TYPE` or `TraitDefinition/TYPE`. */
  readonly subject: string;
  readonly status: StatusTexts;
  readonly parameter: unknown;
  readonly context: Readonly<Record<string, unknown>>;
  readonly objects: readonly CheckedObject[];
}

/** How well a component or trait is by its definition; `unknown` while what the text reads is not reported. */
export interface CheckedHealth extends Pick<HealthCheck, 'component' | 'trait' | 'revision'> {
  readonly health: 'healthy' | 'unhealthy' | 'unknown';
  readonly message: string;
  readonly details: Readonly<Record<string, string>>;
}

/** How well an application is on a cluster by its definitions, with this content. */
export interface HealthVerdict {
  readonly digest: Digest;
  readonly checked: readonly CheckedHealth[];
  /** Since when one of them says no, by the hub's clock; null while none does. */
  readonly unhealthySince: number | null;
  /** Since when the worst of their words is this one, by the hub's clock; null = it was the first that was found. */
  readonly since: number | null;
}

/**
 * What definitions say of the content of an application, for what waits for it: `awaited` while that is still to be evaluated. Undefined
 * where they say nothing, or their texts are not at hand.
 */
export interface JudgedBy {
  (app: string, cluster: string, content: Pick<BundleApp, 'digest' | 'observe'>): HealthVerdict | 'awaited' | undefined;
  /** True where they say nothing of an application (`namespace/name`) on any cluster: most fleets ask for 200,000. Absent = that is not known. */
  readonly saysNothing?: (app: string) => boolean;
}

/** What a verdict is judged by beside itself. */
export interface Judging {
  readonly now: number;
  readonly deadlineMs: number;
}

/**
 * The health of an application that has its content: as its agent reports it, and as its definitions say. What says no makes it
 * Progressing, and Degraded after its progress deadline; what is not known makes it Unknown. Gates of a delivery ask this. Pure.
 */
export function judgedHealth(
  reported: AppHealth,
  verdict: Pick<HealthVerdict, 'checked' | 'unhealthySince'> | undefined,
  { now, deadlineMs }: Judging,
): AppHealth {
  const words = (verdict?.checked ?? []).map(({ health }): AppHealth => {
    if (health === 'healthy') return 'Healthy';
    if (health === 'unknown') return 'Unknown';
    return now - (verdict?.unhealthySince ?? now) >= deadlineMs ? 'Degraded' : 'Progressing';
  });
  return worstHealth([reported, ...words]);
}

/** The worst of the words that some checks say. */
export function worstWord(checked: HealthVerdict['checked']): CheckedHealth['health'] {
  const words = checked.map(({ health }) => health);
  return words.includes('unhealthy') ? 'unhealthy' : words.includes('unknown') ? 'unknown' : 'healthy';
}

/** True where an agent says that a content is healthy, and its definitions, where they say anything, say so too. */
export function isHealthy(reported: AppHealth, judged: ReturnType<JudgedBy>): boolean {
  if (reported !== 'Healthy' || judged === 'awaited') return false;
  return judged === undefined || worstWord(judged.checked) === 'healthy';
}

/** What definitions say of how well an application is, in words; empty where they say nothing. */
export function judgedWords({ checked }: Pick<HealthVerdict, 'checked'>): string {
  const isOne = new Set(checked.map(nameOf)).size === 1;
  const words = checked.map((one) => {
    const said = one.message === '' && one.health === 'unhealthy' ? 'not healthy by its healthPolicy' : one.message;
    return said === '' || isOne ? said : `${nameOf(one)}: ${said}`;
  });
  return [...new Set(words.filter((word) => word !== ''))].join('; ');
}

function nameOf({ component, trait, revision }: CheckedHealth): string {
  const copy = revision === undefined ? component : `${component} of ${revision}`;
  return trait === undefined ? copy : `${copy} (${trait})`;
}
