using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Akka.Util;

/// <summary>Joins values that may be null.</summary>
public static class StringFormat
{
    public static string SafeJoin(string separator, params object[] args) =>
        string.Join(separator, args.Select(static arg => arg ?? "<null>"));
}

/// <summary>Matches a name with <c>*</c> (any characters) and <c>?</c> (any one).</summary>
public static class WildcardMatch
{
    public static bool Like(this string text, string pattern, bool caseSensitive = false)
    {
        var expression = new StringBuilder("^");
        foreach (var c in pattern)
        {
            _ = c switch
            {
                '?' => expression.Append('.'),
                '*' => expression.Append(".*?"),
                ' ' => expression.Append(@"\s"),
                '.' or '\\' or '$' or '^' => expression.Append('\\').Append(c),
                _ => expression.Append(c),
            };
        }

        return Regex.IsMatch(text, expression.Append('$').ToString(), caseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase);
    }
}
