using System.Globalization;

namespace ActorBrowser.Transport.Http;

/// <summary>
/// The Unicode tables for international names, from the embedded <c>idna.txt</c> (made by <c>eng/idna-table</c>), because a
/// program without ICU does not have the runtime's tables. Loaded when the first such name is parsed.
/// </summary>
internal sealed class IdnaTable
{
    private static readonly Lazy<IdnaTable> Lazily = new(static () => new IdnaTable());

    private readonly Ranges _valid = new();
    private readonly Ranges _ignored = new();
    private readonly Ranges _joining = new();
    private readonly Ranges _bidi = new();
    private readonly Ranges _combining = new();
    private readonly Ranges _marks = new();
    private readonly Dictionary<int, int[]> _mapped = [];
    private readonly Dictionary<int, int[]> _decompositions = [];
    private readonly Dictionary<(int, int), int> _compositions = [];

    private IdnaTable()
    {
        var excluded = new HashSet<int>();
        using var reader = new StreamReader(typeof(IdnaTable).Assembly.GetManifestResourceStream("idna.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(' ');
            var dash = fields[1].IndexOf('-', StringComparison.Ordinal);
            var first = Number(dash < 0 ? fields[1] : fields[1][..dash]);
            var last = dash < 0 ? first : Number(fields[1][(dash + 1)..]);
            switch (line[0])
            {
                case 'V': _valid.Add(first, last, "V"); break;
                case 'I': _ignored.Add(first, last, "I"); break;
                case 'J': _joining.Add(first, last, fields[2]); break;
                case 'B': _bidi.Add(first, last, fields[2]); break;
                case 'K': _marks.Add(first, last, "K"); break;
                case 'C': _combining.Add(first, last, fields[2]); break;
                case 'M': _mapped[first] = [.. fields[2..].Where(static field => field.Length > 0).Select(Number)]; break;
                case 'D': _decompositions[first] = [.. fields[2..].Select(Number)]; break;
                case 'X': excluded.UnionWith(Enumerable.Range(first, last - first + 1)); break;
                default: throw new InvalidDataException($"idna.txt has a line of an unknown kind: {line}");
            }
        }
        foreach (var ranges in (Ranges[])[_valid, _ignored, _joining, _bidi, _combining, _marks])
            ranges.Sort();
        foreach (var (code, parts) in _decompositions)
        {
            if (parts is [var one, var two] && !excluded.Contains(code))
                _compositions[(one, two)] = code;
        }
    }

    internal static IdnaTable Shared => Lazily.Value;

    internal bool IsValid(int code) => _valid.Find(code) is not null;

    internal bool IsIgnored(int code) => _ignored.Find(code) is not null;

    internal bool IsMark(int code) => _marks.Find(code) is not null;

    /// <summary>The code points that replace a code point; null if it stays.</summary>
    internal int[]? MappingOf(int code) => _mapped.GetValueOrDefault(code);

    /// <summary>The canonical decomposition, one step; null for none.</summary>
    internal int[]? DecompositionOf(int code) => _decompositions.GetValueOrDefault(code);

    /// <summary>The primary composite of two code points; −1 for none.</summary>
    internal int Compose(int one, int two) => _compositions.GetValueOrDefault((one, two), -1);

    internal int CombiningClassOf(int code) => _combining.Find(code) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : 0;

    /// <summary>L, R, D or T; U for the others.</summary>
    internal string JoiningTypeOf(int code) => _joining.Find(code) ?? "U";

    /// <summary>The Bidi class, if it matters for names; L for the others.</summary>
    internal string BidiClassOf(int code) => _bidi.Find(code) ?? "L";

    private static int Number(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed class Ranges
    {
        private readonly List<(int First, int Last, string Value)> _ranges = [];

        internal void Add(int first, int last, string value) => _ranges.Add((first, last, value));

        internal void Sort() => _ranges.Sort(static (one, two) => one.First.CompareTo(two.First));

        internal string? Find(int code)
        {
            var (low, high) = (0, _ranges.Count - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                if (code < _ranges[middle].First)
                    high = middle - 1;
                else if (code > _ranges[middle].Last)
                    low = middle + 1;
                else
                    return _ranges[middle].Value;
            }
            return null;
        }
    }
}
