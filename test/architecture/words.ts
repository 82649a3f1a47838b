/** Words that were overused, or that hide who does what: pattern, and what to write. */
export const refusedWords: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bbelie(f|fs|ve|ves|ved|ving)\b/i, 'trusted, accepted, rejected'],
  [/\b(nobody|somebody|anybody|everybody|whoever|whom)\b/i, 'name the person, program or object'],
  [/\b(take|takes|taken|taking|took) (\w+ )?away\b/i, 'remove'],
  [/\b(fall|falls|fell) over\b/i, 'fail'],
  [/\bdoomed\b/i, 'to delete'],
  [/\b(carrier|carriers)\b/i, 'traffic provider'],
  [/\bvitals\b/i, 'probes'],
  [/\ballowances?\b/i, 'time budget'],
  [/\blanes?\b/i, 'worker'],
  [/\b(git|hub|feed) ?door\b/i, 'service'],
  [/\bsight(s|ed)?\b/i, 'observation, readiness'],
  [/\bbooks?\b/i, 'history, store'],
  [/\bis no news\b|\bwell or not\b|\bfor ever\b/i, 'say what is meant'],
  [/(?<!\bthere )\bis no (?!longer\b|more\b|faster\b|reason\b)/i, 'is not a'],
];
