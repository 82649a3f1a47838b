import { cueSource } from './cue.ts';
import type { ManifestReader } from '../model/manifest-reader.ts';
import { rawSource, rawSourceOf } from './raw.ts';
import { referredSource } from './referred.ts';
import type { ComponentSource } from './source.ts';

/** Every source that components can come from. */
export const componentSources: readonly ComponentSource[] = [cueSource, rawSource, referredSource];

/** The same with manifests read by a reader of its own. */
export function componentSourcesOf(read: ManifestReader): readonly ComponentSource[] {
  return componentSources.map((source) => (source === rawSource ? rawSourceOf(read) : source));
}

/** The source of a component type; its CUE template where no source of the list names the type. */
export function sourceOf(type: string, sources: readonly ComponentSource[] = componentSources): ComponentSource {
  return sources.find(({ types }) => types.includes(type)) ?? cueSource;
}
