using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Bench;

/// <summary>
/// A program started with posix_spawn, as the product starts its children, so that a comparison measures the programs and not
/// two ways of starting them. Standard output goes to a file.
/// </summary>
internal sealed class NativeProcess : IDisposable
{
    internal const int Kill = 9;
    internal const int Stop = 19;

    private const int WriteCreateTruncate = 0x1 | 0x40 | 0x200;

    private readonly string? _output;
    private bool _reaped;

    private NativeProcess(int id, string? output)
    {
        Id = id;
        _output = output;
    }

    internal int Id { get; }

    /// <summary>Starts a program with this process's environment.</summary>
    internal static NativeProcess Start(string program, IEnumerable<string> arguments, string? outputFile = null)
    {
        // glibc's posix_spawn_file_actions_t is 80 bytes, and no other libc's is larger than this.
        var actions = Marshal.AllocHGlobal(512);
        try
        {
            Check(Native.InitActions(actions), "posix_spawn_file_actions_init");
            Check(Native.AddOpen(actions, 0, "/dev/null", 0, 0), "posix_spawn_file_actions_addopen");
            Check(Native.AddOpen(actions, 1, outputFile ?? "/dev/null", WriteCreateTruncate, 0x180), "posix_spawn_file_actions_addopen");
            var environment = Environment.GetEnvironmentVariables();
            var variables = environment.Keys.Cast<string>().Select(key => $"{key}={environment[key]}").ToArray();
            Check(
                Native.Spawn(out var id, program, actions, IntPtr.Zero, [program, .. arguments, null], [.. variables, null]),
                $"posix_spawn of {program}");
            return new NativeProcess(id, outputFile);
        }
        finally
        {
            _ = Native.DestroyActions(actions);
            Marshal.FreeHGlobal(actions);
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its output, and the time from start to exit.</returns>
    internal static (string Output, TimeSpan Elapsed) Run(string program, params string[] arguments)
    {
        var output = Path.GetTempFileName();
        try
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            using var process = Start(program, arguments, output);
            process.WaitForExit();
            return (File.ReadAllText(output), System.Diagnostics.Stopwatch.GetElapsedTime(start));
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>Like <see cref="Run"/>, for a program that prints numbers.</summary>
    internal static double[] RunForNumbers(string program, params string[] arguments) =>
        [.. Run(program, arguments).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => double.Parse(word, CultureInfo.InvariantCulture))];

    internal void WaitForExit()
    {
        int result, status;
        while ((result = Native.WaitPid(Id, out status, 0)) < 0 && Marshal.GetLastPInvokeError() == 4)
        {
        }
        _reaped = true;
        if (result != Id || status != 0)
            throw new InvalidOperationException($"A yardstick's process ended with wait status {status}.");
    }

    public void Dispose()
    {
        if (_reaped)
            return;
        _reaped = true;
        Signal(Id, Kill);
        _ = Native.WaitPid(Id, out _, 0);
        if (_output is not null)
            File.Delete(_output);
    }

    /// <summary>Sends a signal to any process; does nothing if it has ended.</summary>
    internal static void Signal(int id, int signal) => _ = Native.SendSignal(id, signal);

    private static void Check(int error, string call)
    {
        if (error != 0)
            throw new Win32Exception(error, $"{call}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "posix_spawn")]
        internal static extern int Spawn(out int id, string path, IntPtr actions, IntPtr attributes, string?[] arguments, string?[] environment);

        [DllImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
        internal static extern int InitActions(IntPtr actions);

        [DllImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
        internal static extern int DestroyActions(IntPtr actions);

        [DllImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
        internal static extern int AddOpen(IntPtr actions, int descriptor, string path, int flags, uint mode);

        [DllImport("libc", EntryPoint = "waitpid", SetLastError = true)]
        internal static extern int WaitPid(int id, out int status, int options);

        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        internal static extern int SendSignal(int id, int signal);
    }
}
