// What sender and receiver agree on: tokens, target paths, headers, failure reports, units.

export { formatDuration, parseDuration } from "./duration.ts";
export { formatSize, parseSize } from "./size.ts";
export {
  parseTargetNames,
  parseTargetPath,
  type Target,
  targetKey,
  type TargetPath,
  targetPath,
} from "./target.ts";
export { isToken, newToken } from "./token.ts";
export {
  MAX_TTL_MS,
  PROBLEM_TYPE,
  type PushHeaders,
  type ReadPushHeaders,
  readPushHeaders,
  writePushHeaders,
} from "./headers.ts";
export {
  labelNameFault,
  type Labels,
  labelsFault,
  labelValueFault,
  type ParsedLabels,
  parseLabels,
  writeLabels,
} from "./labels.ts";
export {
  type Cause,
  decodeFailure,
  encodeFailure,
  oneLine,
  SENDER_CAUSES,
  type SourceFailure,
  sourceFailure,
} from "./failure.ts";
