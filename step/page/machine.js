// Runs a program, as cutaway.step.program writes it: computes values when they are asked for, and
// after a change only what depends on it.

class Machine {
  // Read the text of a program: its nodes stand there by columns.
  static read(text) {
    let program = null;
    try {
      program = JSON.parse(text);
    } catch { /* the constructor says what is wrong */ }
    const columns = Object.entries(program?.nodes ?? {});
    const full = columns.map(([key, column]) =>
      [key, Array.isArray(column) ? column : column.at.map((place) => column.all[place])]);
    const nodes = (full[0]?.[1] ?? []).map((_, id) =>
      Object.fromEntries(full.map(([key, values]) => [key, values[id]])));
    return { ...program, nodes };
  }

  constructor(program) {
    if (program?.version !== 1 || !program.nodes?.length) {
      throw new TypeError("this is no program of cutaway, or it is cut short");
    }
    this.program = program;
    this.version = 0; // counts the changes
    this._ops = { ...STRUCTURAL, ...each(ELEMENTWISE, mapping) };
    this._nodes = program.nodes;
    this._nodes.forEach((node, id) => this._check(node, id));
    this._readers = this._nodes.map(() => []);
    for (const node of this._nodes) {
      for (const source of this._sources(node)) this._readers[source].push(node.id);
    }
    this._changes = new Map(); // by node: as in UNCHANGED
    this._plain = new Map(); // values as they are without changes
    this._changed = new Map(); // values that are others now
    this._affected = new Set();
    this._touched = new Map(); // by node: the version at which a change reached it last
  }

  _check(node, id) {
    const exists = (source) => Number.isInteger(source) && Object.hasOwn(this._nodes, source);
    const fits = node.id === id && Array.isArray(node.shape)
      && [...node.inputs, ...this._sources(node)].every(exists);
    if (!fits) throw new TypeError(`node ${id} of this program is broken`);
    const known = node.data || node.opened !== null || Object.hasOwn(this._ops, node.function);
    if (!known) throw new TypeError(`${node.path}: there is no op ${node.function}`);
  }

  // What a node is computed from: its operands, or, where it is opened, the last primitive in it.
  _sources(node) {
    return node.opened === null ? node.inputs : [node.opened];
  }

  shape(id) {
    return this._nodes[id].shape;
  }

  // The value: {shape, dtype, data}. Where it is sampled also `places`: by axis, which were taken.
  value(id) {
    const { shape, dtype, sampled, places } = this._nodes[id], data = this._data(id);
    return sampled ? { shape: places.map((p) => p.length), dtype, data, places }
      : { shape, dtype, data };
  }

  // The value as it is without changes.
  original(id) {
    this._compute(id, () => this._plain, () => undefined);
    return { ...this.value(id), data: this._plain.get(id) };
  }

  // Put numbers in the place of what a value is computed to be; cells and knock-outs of it stay. If
  // they do not fit, it throws, and all stays as it was.
  set(id, data) {
    this._allow();
    const { path, shape } = this._nodes[id], length = sizeOf(shape);
    const given = Float64Array.from(data);
    if (given.length !== length) {
      throw new RangeError(`${path} has ${length} numbers, not ${given.length}`);
    }
    checkKind(this._nodes[id], given);
    this._change(id, { ...(this._changes.get(id) ?? UNCHANGED), data: given });
  }

  // Put a number into one cell; the others stay what they are computed to be, whatever is changed
  // before or after.
  put(id, index, x) {
    this._allow();
    checkKind(this._nodes[id], [x]);
    const before = this._changes.get(id) ?? UNCHANGED;
    this._change(id, { ...before, cells: new Map(before.cells).set(this._place(id, index), x) });
  }

  // Apply one of the program's knock-outs; several of a node add up.
  knockOut(id, change) {
    this._allow();
    const before = this._changes.get(id) ?? UNCHANGED;
    if (!Object.hasOwn(CHANGES, change.kind)) throw new TypeError(`no knock-out ${change.kind}`);
    this._change(id, { ...before, knockOuts: [...before.knockOuts, change] });
  }

  // Take the change of a node back; all changes, if none is given.
  reset(id) {
    for (const changed of id === undefined ? this.patched() : [id]) this._change(changed);
  }

  // Whether a change puts something in the place of an element, whatever it was computed from.
  replaced(id, index) {
    const { data, knockOuts, cells } = this._changes.get(id) ?? UNCHANGED;
    return data !== null || knockOuts.length > 0 || cells.has(this._place(id, index));
  }

  // The nodes that have a change of their own.
  patched() {
    return [...this._changes.keys()];
  }

  // The nodes whose values a change may have reached since a version; by default, those that may be
  // others now than without changes.
  changed(since) {
    const found = since === undefined ? [...this._affected]
      : [...this._touched.keys()].filter((id) => this._touched.get(id) > since);
    return found.filter((id) => !this._nodes[id].inner).sort((a, b) => a - b);
  }

  // All nodes whose values depend on that of a node.
  dependants(id) {
    const found = this._reached(id);
    found.delete(id);
    return [...found].filter((n) => !this._nodes[n].inner).sort((a, b) => a - b);
  }

  // The elements of its operands that an element is made of, the largest share first. A share is the
  // element times the slope of the value by it: a term, where the op is linear.
  contributions(id, index) {
    if (!this.program.editable || this._nodes[id].data || this.replaced(id, index)) return [];
    const slopes = new Map([[id, new Map([[this._place(id, index), 1]])]]); // by node and place
    for (const node of this._inside(id)) {
      for (const [place, outer] of slopes.get(node) ?? []) {
        for (const [source, from, slope] of this._slopes(node, place)) {
          if (!slopes.has(source)) slopes.set(source, new Map());
          const known = slopes.get(source), more = outer === 0 || slope === 0 ? 0 : outer * slope;
          known.set(from, (known.get(from) ?? 0) + more);
        }
      }
      slopes.delete(node);
    }
    return [...slopes].flatMap(([source, found]) => {
      const data = this._data(source), shape = this.shape(source);
      return [...found].map(([place, slope]) => ({
        id: source, index: indexOf(place, shape), share: slope === 0 ? 0 : slope * data[place],
      }));
    }).sort((a, b) => size(b.share) - size(a.share));
  }

  // A node and the primitives in it, each before what it is computed from.
  _inside(id) {
    const found = new Set([id]), waiting = [id];
    while (waiting.length) {
      for (const source of this._sources(this._nodes[waiting.pop()])) {
        if (this._nodes[source].inner && !found.has(source)) {
          found.add(source);
          waiting.push(source);
        }
      }
    }
    const [first, ...inner] = found;
    return [first, ...inner.sort((a, b) => b - a)];
  }

  _slopes(id, place) {
    const node = this._nodes[id];
    if (node.opened !== null) return [[node.opened, place, 1]];
    if (node.data) return [];
    const inputs = node.inputs.map((source) => this._input(source, this._data(source)));
    return this._ops[node.function].slopes(node, inputs, place)
      .map(([operand, from, slope]) => [node.inputs[operand], from, slope]);
  }

  _input(id, data) {
    return { shape: this._nodes[id].shape, dtype: this._nodes[id].dtype, data };
  }

  _reached(id) {
    const found = new Set([id]), waiting = [id];
    while (waiting.length) {
      for (const reader of this._readers[waiting.pop()]) {
        if (!found.has(reader)) {
          found.add(reader);
          waiting.push(reader);
        }
      }
    }
    return found;
  }

  _allow() {
    if (!this.program.editable) throw new Error("this program ships samples: it can't be changed");
  }

  _place(id, index) {
    return placeOf(index, { offset: 0, strides: stridesOf(this.shape(id)) });
  }

  _change(id, change) {
    const before = this._changes.get(id);
    this._put(id, change);
    if (this._nodes[id].dtype !== "int") return;
    try { // an index that does not exist shows where it is read
      for (const reader of this._reached(id)) this._data(reader);
    } catch (error) {
      this._put(id, before);
      throw error;
    }
  }

  _put(id, change) {
    if (change === undefined) this._changes.delete(id);
    else this._changes.set(id, change);
    this._affected = new Set(this.patched().flatMap((changed) => [...this._reached(changed)]));
    this.version++;
    for (const reached of this._reached(id)) {
      this._changed.delete(reached);
      this._touched.set(reached, this.version);
    }
  }

  _data(id) {
    const home = (node) => (this._affected.has(node) ? this._changed : this._plain);
    this._compute(id, home, (node) => this._changes.get(node));
    return home(id).get(id);
  }

  // Compute a value, and before it those that it needs. `home`: where the value of a node is kept.
  _compute(id, home, changeOf) {
    if (home(id).has(id)) return;
    const waiting = [id];
    while (waiting.length) {
      const next = waiting.at(-1), node = this._nodes[next], change = changeOf(next);
      const missing = this._needed(node, change).filter((source) => !home(source).has(source));
      if (missing.length) {
        waiting.push(...missing);
      } else {
        if (!home(next).has(next)) home(next).set(next, this._result(node, change, home));
        waiting.pop();
      }
    }
  }

  _needed(node, change) {
    const own = node.data || change?.data ? [] : this._sources(node);
    return change?.knockOuts.length ? [...own, ...node.inputs] : own;
  }

  _result(node, { data, knockOuts, cells } = UNCHANGED, home) {
    const read = (source) => this._input(source, home(source).get(source));
    const apply = (found, knockOut) =>
      CHANGES[knockOut.kind](knockOut, node, found, node.inputs.map(read));
    return withCells(knockOuts.reduce(apply, data ?? this._own(node, read)), cells);
  }

  _own(node, read) {
    try {
      if (node.data) return this._given(node);
      if (node.opened !== null) return read(node.opened).data;
      return this._ops[node.function].value(node, node.inputs.map(read));
    } catch (error) {
      throw new Error(`${node.path}: ${error.message}`, { cause: error });
    }
  }

  _given(node) {
    const data = decode(node.data);
    const length = sizeOf(node.sampled ? node.places.map((places) => places.length) : node.shape);
    if (data.length !== length) throw new RangeError(`${length} numbers, not ${data.length}`);
    return data;
  }
}

// NaN and infinities first: they made the value what it is.
const size = (share) => (Number.isFinite(share) ? Math.abs(share) : Infinity);
