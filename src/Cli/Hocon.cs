using System.Globalization;
using System.Text;

namespace ActorBrowser.Cli;

/// <summary>Quotes foreign text for use in a configuration.</summary>
internal static class Hocon
{
    /// <summary>Quotes a text so that nothing in it is parsed as configuration.</summary>
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
