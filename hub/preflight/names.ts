import type { GroupKind } from '../../shared/model/object.ts';
import { kinds } from '../../shared/model/kinds.ts';
import { name } from './formats.ts';
import type { Node } from './node.ts';

/** Kinds whose names have another form than most; null = a form of their own, which only the server knows. */
const forms: Readonly<Record<GroupKind, 'label' | null>> = {
  '/Namespace': 'label',
  '/Service': 'label',
  'rbac.authorization.k8s.io/ClusterRole': null,
  'rbac.authorization.k8s.io/ClusterRoleBinding': null,
  'rbac.authorization.k8s.io/Role': null,
  'rbac.authorization.k8s.io/RoleBinding': null,
  'apiregistration.k8s.io/APIService': null,
  'certificates.k8s.io/ClusterTrustBundle': null,
  'flowcontrol.apiserver.k8s.io/FlowSchema': null,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': null,
  'networking.k8s.io/IPAddress': null,
};

/** What is refused of the name of an object of a kind; of kinds that are not ours to know, nothing. */
export function nameOfKind(kind: GroupKind, node: Node): void {
  const form = forms[kind] === undefined && kinds.has(kind) ? 'subdomain' : forms[kind];
  if (form !== undefined && form !== null) name(node, form);
}
