// Which places of a long axis are shown: those that matter, and between them evenly spread ones.

const MOST_ROWS = 48, MOST_COLUMNS = 64, MOST_NUMBERS = 65536;
const MOST_KEPT = 8; // of the places that a chosen cell comes from
const MOST_NAMED_ROWS = 24, NAME = 14; // where each row is a word; pixels of a word

// Evenly chosen places along an axis.
const evenly = (length, most) => (length <= most ? [...Array(length).keys()]
  : Array.from({ length: most }, (_, n) => Math.round((n * (length - 1)) / (most - 1))));

// At most so many places, in order: the first of the telling ones, then evenly spread ones.
const chosenPlaces = (length, most, telling) => {
  if (length <= most) return evenly(length, most);
  const found = new Set(telling.slice(0, most));
  for (let count = most - found.size; found.size < most; count++) {
    for (const place of evenly(length, Math.max(2, count))) if (found.size < most) found.add(place);
  }
  return [...found].sort((a, b) => a - b);
};

const loudness = (x) => (Number.isNaN(x) ? Infinity : Math.abs(x));

// The places of the largest numbers, the largest first; so many at most.
const loudest = (length, most, loudnessAt) => {
  const found = Array.from({ length }, (_, n) => [n, loudnessAt(n)]);
  return found.sort(([, a], [, b]) => (a === b ? 0 : b - a)).slice(0, most).map(([n]) => n);
};

// The rows and columns that are shown of a matrix, whose numbers `at(row, column)` gives; those that
// are to be `kept` come first. Of the columns the one that wins in each shown row is among them.
const sampledPlaces = ({ rows, columns }, at, mostRows, mostColumns, kept) => {
  if (rows <= mostRows && columns <= mostColumns) return [evenly(rows, rows), evenly(columns, columns)];
  const byRow = new Float64Array(rows), byColumn = new Float64Array(columns), winners = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = at(row, column), loud = loudness(x);
      byRow[row] = Math.max(byRow[row], loud);
      byColumn[column] = Math.max(byColumn[column], loud);
      if (x > at(row, winners[row])) winners[row] = column;
    }
  }
  const rowsShown = chosenPlaces(rows, mostRows, [...kept[0], ...loudest(rows, mostRows >> 1, (n) => byRow[n])]);
  const winning = [...new Set(rowsShown.map((row) => winners[row]))];
  const columnsShown = chosenPlaces(columns, mostColumns,
    [...winning, ...kept[1], ...loudest(columns, mostColumns >> 2, (n) => byColumn[n])]);
  return [rowsShown, columnsShown];
};
