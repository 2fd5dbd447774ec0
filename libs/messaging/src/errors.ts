/** Nobody serves the subject. */
export class NoResponders extends Error {
  override readonly name = "NoResponders";
}

/** The answer did not come in time; whether the request had an effect is unknown. */
export class RequestTimeout extends Error {
  override readonly name = "RequestTimeout";
}

/** The broker cannot be reached. */
export class BusUnavailable extends Error {
  override readonly name = "BusUnavailable";
}
