import { expect, it } from 'vitest';
import { bundlesToSignAgain } from '../../../../hub/plan/sign-again.ts';
import { published } from '../../../fixtures/hub/status.ts';

it('signs those bundles again that another key signed, or of which that is not known', () => {
  const bundles = new Map(
    ['old', 'new', ''].map((keyid, at) => [`site-${at}`, { ...published(`site-${at}`, []), keyid }]),
  );
  expect([...bundlesToSignAgain({ bundles }, { keyid: 'new' })]).toEqual(['site-0', 'site-2']);
});
