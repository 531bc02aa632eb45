/** How sentences, dates, periods, numbers and amounts are written. */
export { formatDate, formatDayOf, formatInstant, formatLastDay, formatMonth, formatPeriod, formatTime } from './dates';
export { formatChange, formatMoney, formatNumber } from './money';
export { ago, fromToday, isoDateOf, JUST_NOW } from './relative';
export { fill, join, shorten } from './words';
