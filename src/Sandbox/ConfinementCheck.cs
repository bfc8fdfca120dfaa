using System.Buffers.Text;
using System.Globalization;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>Checks from outside what the kernel says of a child that reports itself confined, before the child gets any data.</summary>
internal static class ConfinementCheck
{
    /// <summary>Checks every thread of a process.</summary>
    /// <param name="processId">The pid.</param>
    /// <param name="plan">The plan it was started with.</param>
    /// <returns>Null, or what is wrong, as a phrase.</returns>
    public static string? Refusal(int processId, LaunchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Policy.IsUnconfined || !OperatingSystem.IsLinux())
            return null;
        var threads = 0;
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task")))
            {
                if (WrongWith(folder + "/status", plan) is { } wrong)
                    return $"thread {Path.GetFileName(folder)} {wrong}";
                threads++;
            }
        }
        catch (DirectoryNotFoundException)
        {
            return "it is gone";
        }
        return threads == 0 ? "it has no thread" : null;
    }

    /// <summary>Whether a process has ended, reaped or not. Its /proc entries then no longer show its confinement.</summary>
    /// <param name="processId">The pid of a child whose exit was not reported yet.</param>
    public static bool IsGone(int processId) => OperatingSystem.IsLinux() && ProcessState.IsOver(processId);

    // The kernel counts filters since Linux 5.9. Those of this process were inherited.
    private static ReadOnlySpan<byte> FilterCount => "Seccomp_filters:"u8;

    private static long OwnFilters { get; } = OperatingSystem.IsLinux() ? ReadOwnFilters() : 0;

    private static long ReadOwnFilters()
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = SmallFile.TryRead("/proc/self/status", buffer);
        return length < 0 ? 0 : Math.Max(0, Number(buffer[..length], FilterCount, 'd'));
    }

    private static long Filters(LaunchPlan plan) => OwnFilters + (plan.Filter is null ? 0 : 1) + (plan.StartFilter is null ? 0 : 1);

    private static string? WrongWith(string status, LaunchPlan plan)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = SmallFile.TryRead(status, buffer);
        if (length < 0)
            return null;
        var text = buffer[..length];
        return Number(text, "NoNewPrivs:"u8, 'd') != 1 ? "can gain privileges"
            : plan.Filter is not null && Number(text, "Seccomp:"u8, 'd') != 2 ? "has no system call filter"
            : Number(text, FilterCount, 'd') is >= 0 and var filters && filters < Filters(plan) ? $"has {filters} system call filters instead of {Filters(plan)}"
            : Number(text, "CapEff:"u8, 'x') != 0 || Number(text, "CapPrm:"u8, 'x') != 0 ? "has capabilities"
            : null;
    }

    private static long Number(ReadOnlySpan<byte> text, ReadOnlySpan<byte> field, char format)
    {
        var at = text.IndexOf(field);
        return at >= 0 && Utf8Parser.TryParse(text[(at + field.Length)..].TrimStart("\t "u8), out long value, out _, format) ? value : -1;
    }
}
