import { annotation } from '../../shared/model/names.ts';
import type { Application } from '../model/documents.ts';
import type { Reporter } from '../model/reporter.ts';

interface Marker {
  readonly message: string;
  readonly hint: string;
}

const hold = `to hold changes: the annotation ${annotation.paused}: "true", or approval in a policy of type rollout`;

/** Labels and annotations by which KubeVela's controller is steered: here they steer nothing, and that is said. */
const markers: Readonly<Record<'labels' | 'annotations', Readonly<Record<string, Marker>>>> = {
  labels: {
    'controller.core.oam.dev/pause': {
      message: 'this label holds nothing here: the application is delivered',
      hint: hold,
    },
  },
  annotations: {
    'app.oam.dev/publishVersion': {
      message: 'this version holds nothing back: each commit that changes the content is delivered',
      hint: hold,
    },
    'app.oam.dev/service-account-name': {
      message: 'this account has no effect: each site decides by which account objects are written',
      hint: "impersonation in the values of the agent's chart",
    },
  },
};

/** Warns of what steers KubeVela's controller and nothing here. */
export function checkMarkers({ metadata }: Pick<Application, 'metadata'>, reporter: Reporter): void {
  for (const member of ['labels', 'annotations'] as const) {
    for (const [key, value] of Object.entries(metadata[member] ?? {})) {
      const known = Object.hasOwn(markers[member], key) ? markers[member][key] : undefined;
      if (known === undefined || value === '' || value === 'false') continue;
      reporter.warn('UNSUPPORTED', ['metadata', member, key], known.message, known.hint);
    }
  }
}
