/**
 * What a failed call means for the caller.
 */
import {
  CorruptError,
  MisconfiguredError,
  NotAppliedError,
  OutcomeUnknownError,
  type StoreError
} from "@tallystick/core/store"

/** The code that a server's error begins with: `OOM command not allowed …`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error ? /^-?([A-Z]{2,}) /.exec(error.message)?.[1] : undefined

/** Nothing was done, and it may go better later. */
const notApplied: Readonly<Record<string, string>> = {
  OOM: "the server's memory is full",
  MISCONF: "the server takes no writes, since it cannot save",
  BUSY: "the server is busy with a script of somebody else's",
  LOADING: "the server is still loading",
  MASTERDOWN: "the server has lost its master",
  CLUSTERDOWN: "the cluster does not serve this slot now",
  TRYAGAIN: "the cluster is moving this slot",
  NOREPLICAS: "the server has too few replicas to take writes",
  NOSCRIPT: "the server has lost the script"
}

/** Nothing was done, and somebody must change something. */
const misconfigured: Readonly<Record<string, string>> = {
  READONLY: "this is a read-only replica: connect to the master",
  MOVED: "this server is one of a Cluster: give a Cluster connection",
  ASK: "this server is one of a Cluster: give a Cluster connection",
  CROSSSLOT: "a call's keys lie in several slots of the Cluster",
  NOAUTH: "the server wants a password",
  WRONGPASS: "the server refuses this password",
  NOPERM: "the server does not permit this user what the script does"
}

/**
 * A script's commands are looked at one by one, when they run: what it wrote before the one that its user may not run stays written. Redis 7.0 says so with
 * ERR, later ones with NOPERM.
 */
const ACL_IN_SCRIPT = /ACL failure in script|user executing the script can't/

export const storeErrorOf = (error: unknown): StoreError => {
  if (isStoreError(error)) return error
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : String(error)
  if (ACL_IN_SCRIPT.test(text))
    return new OutcomeUnknownError(`${misconfigured["NOPERM"]}, and stopped it midway (${text})`, { cause: error })
  if (code !== undefined && code in notApplied)
    return new NotAppliedError(`${notApplied[code]} (${text})`, { cause: error })
  if (code !== undefined && code in misconfigured)
    return new MisconfiguredError(`${misconfigured[code]} (${text})`, { cause: error })
  if (code === "WRONGTYPE")
    return new CorruptError(`a key of this store holds something else (${text})`, { cause: error })
  if (code === "ERR")
    return /user_script|running script/.test(text)
      ? new CorruptError(`what this store holds cannot be read (${text})`, { cause: error })
      : new MisconfiguredError(`the server refuses the script (${text})`, { cause: error })
  return new OutcomeUnknownError(text, { cause: error })
}

/** A read that got no answer changed nothing. */
export const readErrorOf = (error: unknown): StoreError => {
  const known = storeErrorOf(error)
  return known._tag === "OutcomeUnknown" ? new NotAppliedError(`no answer: ${known.reason}`, { cause: error }) : known
}

const isStoreError = (error: unknown): error is StoreError =>
  error instanceof NotAppliedError ||
  error instanceof OutcomeUnknownError ||
  error instanceof MisconfiguredError ||
  error instanceof CorruptError
