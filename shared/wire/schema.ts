import { z } from 'zod';
import type { Digest } from '../lib/canonical.ts';

/** Scalars that every wire document is made of. */
export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .transform((text) => text as Digest);
export const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
export const instant = z.iso.datetime();
export const counter = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** A raw Ed25519 public key, base64url without padding (43 characters). */
export const publicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
/** A cluster's name: an RFC 1123 label of at most 63 characters, so that it is a ref, a path and a file name as it is. */
export const clusterName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
/** A namespace or application name (RFC 1123 subdomain, at most 253 characters). */
export const dnsName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
export const objectIdText = z
  .string()
  .max(1024)
  .regex(/^[^/]*\/[^/]+\/[^/]*\/[^/]+$/);
/** An RFC 6901 JSON pointer. */
export const pointer = z.string().regex(/^(\/[^/]*)+$/);
export const labels = z.record(z.string(), z.string());
