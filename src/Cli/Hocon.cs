using System.Globalization;
using System.Text;

namespace ActorBrowser.Cli;

/// <summary>Texts of others inside of a configuration.</summary>
internal static class Hocon
{
    /// <summary>A text as a quoted string: nothing in it is read as configuration.</summary>
    internal static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            if (c is '"' or '\\' || char.IsControl(c))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
