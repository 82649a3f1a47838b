import { embedded } from './backend.ts';
import { describeRollouts } from './rollouts.ts';
import { describeSlides } from './slides.ts';

describeRollouts(embedded);
describeSlides(embedded);
