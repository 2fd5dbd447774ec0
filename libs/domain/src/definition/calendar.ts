/** The days of a week in their order. */
export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

export type Weekday = (typeof weekdays)[number];

/** When an organisation works: windows of local time a weekday, none on holidays. */
export interface Calendar {
  readonly id: string;
  readonly name: string | null;
  /** An IANA time zone. */
  readonly zone: string;
  /** `09:00-17:00`, ended by `24:00` at the latest, in order and apart from each other. A day left out is closed. */
  readonly hours: Readonly<Partial<Record<Weekday, readonly string[]>>>;
  /** `2026-12-25`, sorted. */
  readonly holidays: readonly string[];
}

/** A calendar as recorded, with what the first ones left out: they were their authors' own words. */
export const calendarAsToday = (
  content: Pick<Calendar, "id" | "zone" | "hours"> & Partial<Calendar>,
): Calendar => ({
  id: content.id,
  name: content.name ?? null,
  zone: content.zone,
  hours: content.hours,
  holidays: content.holidays ?? [],
});
