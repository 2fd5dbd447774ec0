/** Sizes that the wire accepts. Bytes are UTF-8, characters are code points. */
export const limits = {
  /** Bytes of any body but a definition file. */
  body: 320 * 1024,
  /** Bytes of a definition file. */
  definitionFile: 384 * 1024,
  /** Bytes of `action` in RFC 8785 form. */
  payload: 256 * 1024,
  title: 200,
  /** Bytes. */
  description: 16 * 1024,
  notes: 16 * 1024,
  reason: 4 * 1024,
  schema: 16 * 1024,
  /** Bytes of attached context, and of a proposed payload, as JSON. */
  attachment: 64 * 1024,
  approvers: 50,
  observers: 50,
  /** Items of one bulk vote. */
  bulk: 500,
  reasonCodes: 20,
  roleMembers: 1000,
} as const;

/** Length in UTF-8 bytes, without making them. */
export const utf8Length = (text: string): number => {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x800) bytes += 2;
    else if (code >= 0x80) bytes += 1;
    if (code >= 0xd800 && code <= 0xdbff) {
      // A pair is four bytes and two units.
      index++;
    }
  }
  return bytes;
};

/** True when the text has more UTF-8 bytes than `max`; reads it only when it might. */
export const exceedsBytes = (text: string, max: number): boolean =>
  text.length > max || (text.length * 3 > max && utf8Length(text) > max);
