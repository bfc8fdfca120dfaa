namespace ActorBrowser.Interop;

/// <summary>A program's variables on Windows, where names differing in case only are one name.</summary>
internal static class WindowsEnvironment
{
    /// <summary>
    /// Compares names as Windows does, whatever the locale: by the numbers of their UTF-16 units, letters as capitals. A letter of two units
    /// (a surrogate pair) has no capital there.
    /// </summary>
    internal static NameComparer Names { get; } = new();

    /// <summary>The name of a line NAME=VALUE. A name may begin with '=', as that of a drive's folder, <c>=C:=C:\work</c>, does.</summary>
    internal static string NameOf(string line) => line.IndexOf('=', Math.Min(1, line.Length)) is >= 0 and var end ? line[..end] : line;

    /// <summary>A variable's value; null if there is none. Of several lines with its name the last counts.</summary>
    internal static string? Find(IReadOnlyList<string> lines, string name)
    {
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            if (NameOf(lines[i]) is var found && found.Length < lines[i].Length && Names.Equals(found, name))
                return lines[i][(found.Length + 1)..];
        }
        return null;
    }

    /// <summary>The text that CreateProcess takes: each name once, in order. Of several lines with one name the last is taken.</summary>
    internal static string Block(IReadOnlyList<string> lines)
    {
        var sorted = new SortedDictionary<string, string>(Names);
        foreach (var line in lines)
            sorted[NameOf(line)] = line;
        return string.Join('\0', sorted.Values) + "\0\0";
    }

    /// <summary>See <see cref="Names"/>.</summary>
    internal sealed class NameComparer : IComparer<string>, IEqualityComparer<string>
    {
        /// <inheritdoc/>
        public int Compare(string? x, string? y)
        {
            var first = x.AsSpan();
            var second = y.AsSpan();
            for (var i = 0; i < Math.Min(first.Length, second.Length); i++)
            {
                if (char.ToUpperInvariant(first[i]) - char.ToUpperInvariant(second[i]) is not 0 and var difference)
                    return difference;
            }
            return first.Length - second.Length;
        }

        /// <inheritdoc/>
        public bool Equals(string? x, string? y) => Compare(x, y) == 0;

        /// <inheritdoc/>
        public int GetHashCode(string obj)
        {
            var hash = new HashCode();
            foreach (var c in obj)
                hash.Add(char.ToUpperInvariant(c));
            return hash.ToHashCode();
        }
    }
}
