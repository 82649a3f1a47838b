import { embedded } from './backend.ts';
import { describeMoves } from './moves.ts';

describeMoves(embedded);
