import type { PushHint } from '../../shared/ports/repo.ts';
import type { HubParts } from './parts.ts';

/** Starts a pass at once after a push; the commits that the Git host named (null = none) only save time. */
export function takePush({ onPush, trigger }: Pick<HubParts, 'onPush' | 'trigger'>, push: PushHint | null): void {
  if (push !== null) onPush(push);
  trigger('webhook');
}
