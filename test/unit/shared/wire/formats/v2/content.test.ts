import { describe, expect, it } from 'vitest';
import { decodeContent, encodeContent, objectBytes } from '../../../../../../shared/wire/formats/v2/content.ts';
import { deployment, documentedBundle, route, service } from '../../../../../fixtures/agent/bundle.ts';

const [web] = documentedBundle({ web: [deployment, service, route] }).revision.apps;
const document = encodeContent(web!);

describe('the document of an application', () => {
  it('has nothing of one cluster, and nothing of how to get there', () => {
    const other = { ...web!, source: 'c2', selector: { a: 'b' }, notes: ['n'], health: { progressDeadlineSeconds: 1 } };
    expect(encodeContent(other)).toEqual(document);
  });

  it('says the copy of each object, and derives its path', () => {
    const value = JSON.parse(document.toString()) as { copies: string[]; objects: Record<string, unknown>[] };
    expect(value.copies).toEqual(['web-v1']);
    expect(value.objects.map((one) => [one['id'], one['copy']])).toEqual([
      ['apps/Deployment/shop/web-v1', 'web-v1'],
      ['/Service/shop/web-v1', undefined],
      ['networking.istio.io/VirtualService/shop/web', undefined],
    ]);
    expect(value.objects.every((one) => !('path' in one))).toBe(true);
    expect(decodeContent(document, 'web').objects).toEqual(web!.objects);
  });

  it('counts the bytes of its objects', () => {
    expect(objectBytes(web!)).toBe(web!.objects.reduce((sum, { bytes }) => sum + bytes!, 0));
  });

  it('is refused where the path of an object cannot be told', () => {
    const bad = document.toString().replace('"apps/Deployment/shop/web-v1"', '"apps/Deployment/shop/.."');
    expect(() => decodeContent(Buffer.from(bad), 'web')).toThrow(
      expect.objectContaining({ code: 'WIRE_INVALID' }) as Error,
    );
  });
});
