import { BlockList, isIP } from 'node:net';

/** The hosts that effects may reach: `HOST`, `HOST:PORT`, or `*.DOMAIN`. */
export type AllowedHosts = readonly string[];

/** True for an entry of the list that can be read. */
export function isHostEntry(text: string): boolean {
  return (
    /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/i.test(text) ||
    /^\[[0-9a-f:.]+\](?::[0-9]{1,5})?$/i.test(text)
  );
}

/** True where the list has the host of a URL, with its port where the list names one. */
export function isAllowedHost({ hostname, protocol, port }: URL, allow: AllowedHosts): boolean {
  const shown = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const host = hostname.toLowerCase();
  return allow.some((entry) => {
    const { name, port: only } = entryOf(entry);
    if (only !== null && only !== shown) return false;
    // What is below a domain is meant, and not the domain itself.
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length >= name.length : host === name;
  });
}

function entryOf(entry: string): { readonly name: string; readonly port: string | null } {
  const [, name = '', port = null] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]+))?$/.exec(entry) ?? [];
  return { name: name.toLowerCase(), port };
}

/** Addresses of this machine, and those that clouds give their metadata on: a name of another host may lead to them. */
const near = new BlockList();
near.addSubnet('127.0.0.0', 8, 'ipv4');
near.addSubnet('0.0.0.0', 8, 'ipv4');
near.addSubnet('169.254.0.0', 16, 'ipv4');
near.addAddress('::1', 'ipv6');
near.addAddress('::', 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');
near.addAddress('fd00:ec2::254', 'ipv6');

/**
 * True where a connection to an address may be made for a host that is allowed by its name: loopback and link-local addresses only
 * where the list has them themselves, because who answers for a name decides where it leads.
 */
export function mayConnect(address: string, allow: AllowedHosts): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (!near.check(address, family === 6 ? 'ipv6' : 'ipv4')) return true;
  const names = allow.map((entry) => entryOf(entry).name.replace(/^\[|\]$/g, ''));
  return names.includes(address.toLowerCase()) || (isLoopback(address) && names.includes('localhost'));
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
