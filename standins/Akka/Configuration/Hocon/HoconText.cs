using System;
using System.Collections.Generic;

namespace Akka.Configuration.Hocon;

/// <summary>How keys, paths and text are written.</summary>
internal static class HoconText
{
    /// <summary>The text, in quotes when it holds a character that ends unquoted text; null becomes empty.</summary>
    internal static string QuoteIfNeeded(string text) =>
        text is null ? "" : text.AsSpan().IndexOfAny(' ', '\t', ':') >= 0 ? $"\"{text}\"" : text;

    /// <summary>The keys of a dotted path; a key in double quotes may itself hold dots.</summary>
    internal static IEnumerable<string> SplitPath(string path)
    {
        var at = 0;
        while (at < path.Length)
        {
            var quoted = path[at] == '"';
            var start = quoted ? at + 1 : at;
            var end = path.IndexOf(quoted ? '"' : '.', start);
            if (end < 0)
            {
                if (quoted)
                {
                    throw new ArgumentException($"The path has a quote that is not closed: {path}", nameof(path));
                }

                end = path.Length;
            }

            yield return path[start..end];
            at = end + (quoted ? 2 : 1);
        }
    }
}
