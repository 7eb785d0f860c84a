/**
 * The tokenizer of a canonical model file: byte-level BPE with the GPT-2 split, equal to canon/token in Go. It runs here and not
 * on the chain, which sees token ids only. User text can never produce a control token: only the chat template's own text may.
 */

/** One type of token, with the numbers of GGUF: 1 is text, 3 and 4 are control tokens. */
const NORMAL = 1;

/** A word of more bytes is cut there, as the Go side does. */
const MAX_PIECE = 1024;

const MAGIC = "AICANON1";
const PREAMBLE = 16;
const ALIGN = 64;

interface Wrap {
  before: string;
  after: string;
}

interface Blob {
  model: string;
  pre: string;
  tokens: string[];
  types: number[];
  merges: string[];
  bos: number;
  add_bos: boolean;
  turns?: { user: Wrap; assistant: Wrap; generate: string };
}

/** The header of a canonical model file and where its tokenizer lies; docs/canon.md, section 2. */
export interface ModelHead {
  header: Uint8Array;
  tokenizerOffset: number;
  tokenizerLength: number;
}

/** Reads the head of a canonical model file from its first 4 112 bytes, or from more of it. */
export function readHead(file: Uint8Array): ModelHead {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < PREAMBLE || new TextDecoder().decode(file.subarray(0, 8)) !== MAGIC) {
    throw new Error("not a canonical model file");
  }
  const end = PREAMBLE + view.getUint32(8, true);
  if (file.length < end || end < PREAMBLE + 167) throw new Error(`expected a header of ${end} bytes, have ${file.length}`);
  const header = file.slice(PREAMBLE, end);
  return { header, tokenizerOffset: Math.ceil(end / ALIGN) * ALIGN, tokenizerLength: view.getUint32(PREAMBLE + 92, true) };
}

/** The SHA-256 that a model's header, as it stands on chain, gives for its tokenizer. */
export function tokenizerHash(header: Uint8Array): Uint8Array {
  return header.slice(135, 167);
}

/** A loaded tokenizer; it never changes. */
export class Tokenizer {
  private readonly normal = new Map<string, number>();
  private readonly special: Array<[string, number]> = [];
  private readonly ranks = new Map<string, number>();

  private constructor(private readonly blob: Blob) {
    blob.tokens.forEach((text, id) => {
      if (blob.types[id] === NORMAL) this.normal.set(text, id);
      else this.special.push([text, id]);
    });
    this.special.sort((a, b) => b[0].length - a[0].length); // the longest wins
    blob.merges.forEach((merge, rank) => {
      if (!this.ranks.has(merge)) this.ranks.set(merge, rank);
    });
  }

  /** Reads a tokenizer blob; throws when it is of another kind. */
  static load(bytes: Uint8Array): Tokenizer {
    const blob = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Blob;
    if (blob.model !== "gpt2" || blob.pre !== "gpt-2") {
      throw new Error(`need model gpt2 split gpt-2, have ${blob.model} ${blob.pre}`);
    }
    return new Tokenizer(blob);
  }

  /** Takes the tokenizer out of a canonical model file and checks it against the header of the model on chain. */
  static async ofModel(file: Uint8Array, headerOnChain: Uint8Array): Promise<Tokenizer> {
    const { tokenizerOffset: from, tokenizerLength: length } = readHead(file);
    const blob = file.slice(from, from + length);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", blob));
    if (!isEqual(hash, tokenizerHash(headerOnChain))) throw new Error("this is not the tokenizer of the model on chain");
    return Tokenizer.load(blob);
  }

  /** The ids of a text, without bos: normal tokens only, whatever the text says. */
  encode(text: string): number[] {
    return pieces(text).flatMap((piece) => this.merge(new TextEncoder().encode(piece)));
  }

  /** The text of the normal tokens among ids; control tokens and unknown ids are left out. */
  decode(ids: readonly number[]): string {
    const bytes = ids
      .filter((id) => this.blob.types[id] === NORMAL)
      .flatMap((id) => [...(this.blob.tokens[id] ?? "")].map((c) => charToByte.get(c)))
      .filter((b) => b !== undefined);
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }

  /** The prompt for one user message: the model's chat template around the text, or bos and the text when it has none. */
  chat(user: string): number[] {
    const { turns, bos, add_bos: addBos } = this.blob;
    if (!turns) return [bos, ...this.encode(user)];
    const out = [
      ...this.encodeTemplate(turns.user.before),
      ...this.encode(user),
      ...this.encodeTemplate(turns.user.after),
      ...this.encodeTemplate(turns.generate),
    ];
    return addBos && out[0] !== bos ? [bos, ...out] : out;
  }

  /** The bytes of one piece, joined by the best merge until none applies; among equal ranks the leftmost. */
  private merge(piece: Uint8Array): number[] {
    if (piece.length > MAX_PIECE) {
      return [...this.merge(piece.subarray(0, MAX_PIECE)), ...this.merge(piece.subarray(MAX_PIECE))];
    }
    const parts = Array.from(piece, (b) => byteToChar[b] as string);
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.ranks.get(`${parts[i]} ${parts[i + 1]}`);
        if (rank !== undefined && rank < best) [best, at] = [rank, i];
      }
      if (at < 0) break;
      parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
    }
    return parts.map((part) => this.normal.get(part) as number);
  }

  /** The template's own text, in which control tokens count. */
  private encodeTemplate(text: string): number[] {
    const out: number[] = [];
    let start = 0;
    for (let i = 0; i < text.length; ) {
      const found = this.special.find(([name]) => text.startsWith(name, i));
      if (!found) {
        i++;
        continue;
      }
      out.push(...this.encode(text.slice(start, i)), found[1]);
      i += found[0].length;
      start = i;
    }
    return [...out, ...this.encode(text.slice(start))];
  }
}

/** The GPT-2 split. Written with White_Space, which is what Go calls a space; \s differs in two characters. */
function pieces(text: string): string[] {
  const split =
    /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
  return text.match(split) ?? [];
}

/** The GPT-2 byte alphabet: printable bytes stand for themselves, the others for characters from U+0100 on. */
const byteToChar: string[] = [];
const charToByte = new Map<string, number>();
for (let b = 0, next = 256; b < 256; b++) {
  const isOther = (b < 33 || b > 126) && (b < 161 || b > 172) && b < 174;
  const char = String.fromCharCode(isOther ? next++ : b);
  byteToChar.push(char);
  charToByte.set(char, b);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((v, i) => v === b[i]);
}
