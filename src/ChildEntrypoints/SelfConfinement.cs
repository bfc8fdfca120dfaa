using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>
/// Confines a child after its start and before its first message: measures the layers that already confine it, limits its file size,
/// and installs the system call filter on every thread. The parent passes the filter in the environment, because a message on the
/// channel would arrive too late.
/// </summary>
internal static class SelfConfinement
{
    private const int Denied = 13;
    private const int ReadOnlyFiles = 30;

    /// <summary>Confines this process and reports its layers.</summary>
    /// <param name="listener">Reports refused calls; the child sends it to the parent.</param>
    /// <param name="reason">Why the process could not be confined.</param>
    /// <returns>The layers measured; null if the process could not be confined.</returns>
    internal static List<LayerReport>? Apply(out SafeDescriptor? listener, out string reason)
    {
        listener = null;
        reason = "";
        var layers = Hardening.Measure();
        if (Environment.GetEnvironmentVariable(WireProtocol.ConfinementVariable) is not { } variable)
            return layers;
        var fields = variable.Split('|', 6);
        if (fields.Length != 6 || fields[0] != "2")
        {
            reason = $"{WireProtocol.ConfinementVariable} is invalid";
            return null;
        }
        Measure(layers, fields[3]);
        if (fields[5].Length > 0 && !IsWorkspace(fields[5].Split(',', 3)))
        {
            reason = "the workspace was replaced by another folder";
            return null;
        }
        if (long.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out var fileSize) && fileSize > 0)
            _ = ProcessLimits.Set(0, ProcessLimit.FileSize, (ulong)fileSize, (ulong)fileSize);
        if (fields[1].Length > 0 && Install(fields, layers, out listener) is { } failure)
        {
            reason = failure;
            return null;
        }
        return layers;
    }

    // The mounts were made before this program began, so the folder cannot be replaced after this check.
    private static bool IsWorkspace(string[] fields) =>
        PathProbe.TryIdentify(Encoding.UTF8.GetBytes(fields[2])) is var (device, inode)
        && fields[0] == device.ToString(CultureInfo.InvariantCulture) && fields[1] == inode.ToString(CultureInfo.InvariantCulture);

    private static string? Install(string[] fields, List<LayerReport> layers, out SafeDescriptor? listener)
    {
        var bytes = Convert.FromBase64String(fields[1]);
        var program = MemoryMarshal.Cast<byte, FilterInstruction>(bytes.AsSpan());
        var lines = fields[2].Split('/', 2);
        foreach (var at in Numbers(lines[0]))
            program[at] = program[at] with { Value = (uint)Environment.ProcessId };
        if (lines.Length == 2)
            Exempt(program, Numbers(lines[1]));
        var reports = fields[3].Contains('n', StringComparison.Ordinal);
        var guards = fields[3].Contains('x', StringComparison.Ordinal);
        var native = !RuntimeFeature.IsDynamicCodeSupported;
        var errno = Seccomp.TryInstall(guards && native ? NewCodeFilter.Before(program, reports) : program, reports, out listener);
        if (errno != 0)
            return $"the system call filter was refused: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
        layers.Add(new LayerReport("system-calls", CurrentProcess.SeccompMode == 2, $"prctl(PR_GET_SECCOMP) = {CurrentProcess.SeccompMode}"));
        if (guards)
            layers.Add(new LayerReport("no-new-code", native, native ? "mmap, mprotect and pkey_mprotect with PROT_EXEC are refused" : "a JIT compiler makes code as it runs"));
        if (reports)
            layers.Add(new LayerReport("violation-reports", listener is not null, "seccomp user notification"));
        return null;
    }

    private static int[] Numbers(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];

    // Three lines for each range. A range that is left over matches nothing.
    private static void Exempt(Span<FilterInstruction> program, int[] lines)
    {
        var ranges = OwnCode.Ranges();
        for (var i = 0; i < Math.Min(ranges.Count, lines.Length / 3); i++)
        {
            var (start, end) = ranges[i];
            SetValue(program, lines[3 * i], (uint)(start >> 32));
            SetValue(program, lines[(3 * i) + 1], (uint)start);
            SetValue(program, lines[(3 * i) + 2], (end - 1) >> 32 == start >> 32 ? (uint)end : uint.MaxValue);
        }
    }

    private static void SetValue(Span<FilterInstruction> program, int at, uint value) => program[at] = program[at] with { Value = value };

    // Runs before the filter is installed, which would refuse these attempts.
    private static void Measure(List<LayerReport> layers, string what)
    {
        layers.Add(new LayerReport("no-new-privileges", CurrentProcess.HasNoNewPrivileges, "prctl(PR_GET_NO_NEW_PRIVS)"));
        var (effective, permitted) = CurrentProcess.Capabilities;
        layers.Add(new LayerReport("capabilities", effective == 0 && permitted == 0, $"capget: effective {effective:x}, permitted {permitted:x}"));
        foreach (var measure in what)
        {
            var (layer, attempt, errno) = measure switch
            {
                'v' => ("world", "a file in the root folder", ConfinementProbe.MakeFileInRoot()),
                'p' => ("files", "writing the name of a thread", ConfinementProbe.WriteThreadName()),
                'r' => ("files", "listing /", ConfinementProbe.ListRoot()),
                'w' => ("files", "making a file in /dev/shm", ConfinementProbe.MakeFile()),
                't' => ("tcp-ports", "listening on a TCP port", ConfinementProbe.BindTcp()),
                's' => ("scopes", "a signal to the parent", ConfinementProbe.SignalParent()),
                _ => ("", "", 0),
            };
            if (layer.Length > 0)
                layers.Add(new LayerReport(layer, errno is Denied or 1 || (measure == 'v' && errno == ReadOnlyFiles && Environment.ProcessId == 1), errno == 0 ? $"{attempt} succeeded" : $"{attempt}: {Marshal.GetPInvokeErrorMessage(errno)}"));
        }
    }
}
