using System;
using System.Buffers;
using System.Globalization;
using System.Text;
using Akka.Configuration;

namespace Akka.Hosting;

/// <summary>Writes values as HOCON.</summary>
public static class HoconExtensions
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create("[]$\"\\{}:=,#`^?!@*&");

    /// <summary>The text, escaped, and quoted where it has to be; <c>null</c> for null.</summary>
    public static string ToHocon(this string? text)
    {
        if (text is null)
        {
            return "null";
        }

        var escaped = new StringBuilder(text.Length + 2);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => escaped.Append("\\\\"),
                '"' => escaped.Append("\\\""),
                '/' => escaped.Append("\\/"),
                '\b' => escaped.Append("\\b"),
                '\f' => escaped.Append("\\f"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                > '\u00ff' => escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => escaped.Append(c),
            };
        }

        var written = escaped.ToString();
        return written.Length == 0 || written.AsSpan().ContainsAny(NeedQuotes) ? $"\"{written}\"" : written;
    }

    public static string ToHocon(this bool value) => value ? "on" : "off";

    public static string ToHocon(this bool? value) => Given(value).ToHocon();

    public static string ToHocon(this int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string ToHocon(this int? value) => Given(value).ToHocon();

    public static string ToHocon(this long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string ToHocon(this long? value) => Given(value).ToHocon();

    public static string ToHocon(this float value) => value.ToString(CultureInfo.InvariantCulture);

    public static string ToHocon(this float? value) => Given(value).ToHocon();

    public static string ToHocon(this double value) => value.ToString(CultureInfo.InvariantCulture);

    public static string ToHocon(this double? value) => Given(value).ToHocon();

    /// <summary>Milliseconds, or <c>infinite</c> for a negative time (and for zero, if so wanted).</summary>
    /// <exception cref="ConfigurationException">It is infinite, and that is not allowed.</exception>
    public static string ToHocon(this TimeSpan value, bool allowInfinite = false, bool zeroIsInfinite = false)
    {
        var infinite = value < TimeSpan.Zero || (zeroIsInfinite && value == TimeSpan.Zero);
        return !infinite ? value.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)
            : allowInfinite ? "infinite"
            : throw new ConfigurationException("Infinite value is not allowed");
    }

    public static string ToHocon(this TimeSpan? value, bool allowInfinite = false, bool zeroIsInfinite = false) =>
        Given(value).ToHocon(allowInfinite, zeroIsInfinite);

    private static T Given<T>(T? value)
        where T : struct => value ?? throw new ConfigurationException("Value can not be null");
}
