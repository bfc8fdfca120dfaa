using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace ActorBrowser;

/// <summary>Writes a section of .NET configuration as HOCON.</summary>
internal static class SectionSettings
{
    /// <summary>Returns one object, or an empty text for an empty section.</summary>
    internal static string ToHocon(IConfigurationSection section)
    {
        var text = new StringBuilder();
        if (!section.Exists())
            return "";
        Append(text, section);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IConfigurationSection section)
    {
        var children = section.GetChildren().ToArray();
        if (children.Length == 0)
        {
            AppendText(text, section.Value ?? "");
            return;
        }
        // An array's elements have their numbers as keys.
        var isArray = children.All(static child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        text.Append(isArray ? '[' : '{');
        for (var i = 0; i < children.Length; i++)
        {
            if (i > 0)
                text.Append(", ");
            if (!isArray)
            {
                AppendText(text, children[i].Key);
                text.Append(children[i].Value is null ? " " : " = ");
            }
            Append(text, children[i]);
        }
        text.Append(isArray ? ']' : '}');
    }

    private static void AppendText(StringBuilder text, string value)
    {
        // JSON's booleans arrive as True and False.
        if (value is "True" or "False")
            value = value.ToLowerInvariant();
        text.Append('"').Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)).Append('"');
    }
}
