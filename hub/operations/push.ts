import type { PushHint } from '../../shared/ports/repo.ts';
import type { HubParts } from './parts.ts';

/** Starts a pass at once after a push; what the Git host said of it (null = nothing) only saves time. */
export function takePush({ onPush, trigger }: Pick<HubParts, 'onPush' | 'trigger'>, push: PushHint | null): void {
  if (push !== null) onPush(push);
  trigger('webhook');
}
