using System.Globalization;
using System.Text;

namespace ActorBrowser;

/// <summary>Unified diffs of texts, as <c>diff -u</c> prints them.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    // With more, the changed part is shown as a whole: a better answer would take time and memory in the square of this.
    private const int MostEdits = 2000;

    /// <summary>Appends a diff; nothing for equal texts.</summary>
    /// <param name="text">Gets it.</param>
    /// <param name="path">The name shown.</param>
    /// <param name="before">Null for none.</param>
    /// <param name="after">Null for none.</param>
    internal static void Append(StringBuilder text, string path, string? before, string? after)
    {
        var old = LinesOf(before ?? "");
        var now = LinesOf(after ?? "");
        var edits = EditsOf(old, now);
        if (edits.TrueForAll(static edit => edit.Sign == ' '))
            return;
        text.Append(CultureInfo.InvariantCulture, $"--- {(before is null ? "/dev/null" : $"a/{path}")}\n+++ {(after is null ? "/dev/null" : $"b/{path}")}\n");
        for (var at = 0; at < edits.Count;)
        {
            if (edits[at].Sign == ' ')
            {
                at++;
                continue;
            }
            var start = Math.Max(0, at - Context);
            var end = EndOfHunk(edits, at);
            AppendHunk(text, edits, start, end);
            at = end;
        }
    }

    private static int EndOfHunk(List<Edit> edits, int at)
    {
        var last = at;
        for (var i = at; i < edits.Count && i - last <= 2 * Context; i++)
        {
            if (edits[i].Sign != ' ')
                last = i;
        }
        return Math.Min(edits.Count, last + 1 + Context);
    }

    private static void AppendHunk(StringBuilder text, List<Edit> edits, int start, int end)
    {
        var hunk = edits[start..end];
        var (removed, added) = (hunk.Count(static edit => edit.Sign != '+'), hunk.Count(static edit => edit.Sign != '-'));
        var oldLine = edits.Take(start).Count(static edit => edit.Sign != '+') + (removed > 0 ? 1 : 0);
        var newLine = edits.Take(start).Count(static edit => edit.Sign != '-') + (added > 0 ? 1 : 0);
        text.Append(CultureInfo.InvariantCulture, $"@@ -{oldLine},{removed} +{newLine},{added} @@\n");
        foreach (var edit in hunk)
        {
            text.Append(edit.Sign).Append(edit.Line);
            if (!edit.Line.EndsWith('\n'))
                text.Append("\n\\ No newline at end of file\n");
        }
    }

    private static List<string> LinesOf(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found + 1 : text.Length;
            lines.Add(text[at..end]);
            at = end;
        }
        return lines;
    }

    private static List<Edit> EditsOf(List<string> old, List<string> now)
    {
        var head = 0;
        while (head < old.Count && head < now.Count && old[head] == now[head])
            head++;
        var tail = 0;
        while (tail < old.Count - head && tail < now.Count - head && old[^(tail + 1)] == now[^(tail + 1)])
            tail++;
        var edits = old.Take(head).Select(static line => new Edit(' ', line)).ToList();
        edits.AddRange(Middle(old[head..(old.Count - tail)], now[head..(now.Count - tail)]));
        edits.AddRange(old.Skip(old.Count - tail).Select(static line => new Edit(' ', line)));
        return edits;
    }

    // Myers: the shortest way from one to the other, remembered for each number of edits.
    private static IEnumerable<Edit> Middle(List<string> old, List<string> now)
    {
        var most = Math.Min(old.Count + now.Count, MostEdits);
        var reached = new int[(2 * most) + 3];
        var trace = new List<int[]>();
        for (var edits = 0; edits <= most; edits++)
        {
            for (var k = -edits; k <= edits; k += 2)
            {
                var x = k == -edits || (k != edits && reached[most + k] < reached[most + k + 2]) ? reached[most + k + 2] : reached[most + k] + 1;
                while (x < old.Count && x - k < now.Count && old[x] == now[x - k])
                    x++;
                reached[most + k + 1] = x;
                if (x >= old.Count && x - k >= now.Count)
                    return Backwards(old, now, trace, edits);
            }
            // What was reached with so many edits; only that part has changed.
            trace.Add(reached[(most - edits)..(most + edits + 3)]);
        }
        return old.Select(static line => new Edit('-', line)).Concat(now.Select(static line => new Edit('+', line)));
    }

    private static List<Edit> Backwards(List<string> old, List<string> now, List<int[]> trace, int edits)
    {
        var result = new List<Edit>();
        var (x, y) = (old.Count, now.Count);
        for (var d = edits; d > 0; d--)
        {
            var before = trace[d - 1];
            int At(int diagonal) => before[diagonal + d];
            var k = x - y;
            var from = k == -d || (k != d && At(k - 1) < At(k + 1)) ? k + 1 : k - 1;
            var (fromX, fromY) = (At(from), At(from) - from);
            while (x > fromX && y > fromY)
            {
                y--;
                result.Add(new Edit(' ', old[--x]));
            }
            if (x == fromX)
                result.Add(new Edit('+', now[--y]));
            else
                result.Add(new Edit('-', old[--x]));
        }
        while (x > 0)
            result.Add(new Edit(' ', old[--x]));
        result.Reverse();
        return result;
    }

    private readonly record struct Edit(char Sign, string Line);
}
