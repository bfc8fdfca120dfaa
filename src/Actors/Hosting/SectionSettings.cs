using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace ActorBrowser;

/// <summary>Writes a section of .NET configuration as HOCON.</summary>
internal static class SectionSettings
{
    /// <summary>Returns one line for each value; empty for an empty section.</summary>
    /// <param name="section">The section.</param>
    /// <param name="path">The HOCON path of the section's keys.</param>
    internal static string ToHocon(IConfigurationSection section, string path)
    {
        var text = new StringBuilder();
        Append(text, section, path);
        return text.ToString();
    }

    private static void Append(StringBuilder text, IConfigurationSection section, string path)
    {
        var children = section.GetChildren().ToArray();
        // An array's elements are values, with their numbers as keys.
        if (children.Length > 0 && children.All(static child => child.Value is not null && int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            text.Append('\n').Append(path).Append(" = [").AppendJoin(", ", children.Select(static child => Quoted(child.Value ?? ""))).Append(']');
            return;
        }
        if (children.Length == 0 && section.Value is { } value)
            text.Append('\n').Append(path).Append(" = ").Append(Quoted(value));
        foreach (var child in children)
            Append(text, child, $"{path}.{(child.Key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? child.Key : Quoted(child.Key))}");
    }

    // JSON's booleans arrive as True and False.
    private static string Quoted(string value) => value is "True" or "False" ? value.ToLowerInvariant()
        : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)}\"";
}
