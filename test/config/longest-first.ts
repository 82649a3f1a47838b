import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node';

/** Begins with the files that take longest, so that none of them is alone at the end; the others are in their usual order. */
export function longestFirst(...files: readonly string[]): TestSequencerConstructor {
  const rank = ({ moduleId }: TestSpecification): number => {
    const at = files.findIndex((file) => moduleId.endsWith(`/${file}`));
    return at === -1 ? files.length : at;
  };
  return class extends BaseSequencer {
    override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
      return (await super.sort(specifications)).sort((a, b) => rank(a) - rank(b));
    }
  };
}
