using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;

namespace Akka.Configuration.Hocon;

/// <summary>Durations and byte sizes: a number and a unit.</summary>
internal static class HoconUnits
{
    private static readonly FrozenDictionary<string, Func<double, TimeSpan>> Durations = Table<Func<double, TimeSpan>>(
        (static v => TimeSpan.FromTicks((long)Math.Round(v * TimeSpan.TicksPerMillisecond / 1_000_000.0)), "nanoseconds nanosecond nanos nano ns"),
        (static v => TimeSpan.FromTicks((long)Math.Round(v * TimeSpan.TicksPerMillisecond / 1_000.0)), "microseconds microsecond micros micro"),
        (static v => TimeSpan.FromMilliseconds(v), "milliseconds millisecond millis milli ms"),
        (static v => TimeSpan.FromSeconds(v), "seconds second s"),
        (static v => TimeSpan.FromMinutes(v), "minutes minute m"),
        (static v => TimeSpan.FromHours(v), "hours hour h"),
        (static v => TimeSpan.FromDays(v), "days day d"));

    // A single letter is a power of 1024 in either case; powers of 1000 are spelled exactly (kB, MB, GB …).
    private static readonly FrozenDictionary<string, long> Sizes = Table(
        (1L, "b B byte bytes"),
        (1_000L, "kB kilobyte kilobytes"),
        (1L << 10, "K k Ki KiB kibibyte kibibytes"),
        (1_000_000L, "MB megabyte megabytes"),
        (1L << 20, "M m Mi MiB mebibyte mebibytes"),
        (1_000_000_000L, "GB gigabyte gigabytes"),
        (1L << 30, "G g Gi GiB gibibyte gibibytes"),
        (1_000_000_000_000L, "TB terabyte terabytes"),
        (1L << 40, "T t Ti TiB tebibyte tebibytes"),
        (1_000_000_000_000_000L, "PB petabyte petabytes"),
        (1L << 50, "P p Pi PiB pebibyte pebibytes"),
        (1_000_000_000_000_000_000L, "EB exabyte exabytes"),
        (1L << 60, "E e Ei EiB exbibyte exbibytes"));

    internal static TimeSpan ParseDuration(string text, bool allowInfinite)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        var number = text[..end];
        if (IsPlainNumber(number) && Durations.TryGetValue(text[end..].TrimStart(), out var duration))
        {
            return duration(double.Parse(number, NumberFormatInfo.InvariantInfo));
        }

        if (allowInfinite && text.Equals("infinite", StringComparison.OrdinalIgnoreCase))
        {
            return Timeout.InfiniteTimeSpan;
        }

        var milliseconds = double.Parse(text, NumberFormatInfo.InvariantInfo);
        return milliseconds < 0
            ? throw new FormatException($"Expected a positive value instead of {milliseconds}")
            : TimeSpan.FromMilliseconds(milliseconds);
    }

    internal static long ParseByteSize(string text)
    {
        text = text.Trim();
        var split = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (split == 0 || split == text.Length)
        {
            return long.Parse(text, NumberFormatInfo.InvariantInfo);
        }

        var unit = text[split..].Trim();
        return Sizes.TryGetValue(unit, out var factor)
            ? factor * long.Parse(text.AsSpan(0, split), NumberFormatInfo.InvariantInfo)
            : throw new FormatException($"{unit} is not a valid byte size suffix");
    }

    private static bool IsPlainNumber(string number) =>
        number.Length > 0
        && number[0] != '.'
        && number[^1] != '.'
        && number.IndexOf('.') == number.LastIndexOf('.');

    private static FrozenDictionary<string, T> Table<T>(params (T Value, string Names)[] rows)
    {
        var table = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (value, names) in rows)
        {
            foreach (var name in names.Split(' '))
            {
                table.Add(name, value);
            }
        }

        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
