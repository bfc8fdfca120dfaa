using System.Diagnostics;

namespace ActorBrowser.Bench;

/// <summary>Other ways to run programs, independent of this project.</summary>
internal static class CommandYardsticks
{
    internal static Contender CSequential(BenchContext context, int count) => new("C posix_spawn and wait", "ms", () => PerOne(1e6, context.Commands, "spawn", $"{count}"));

    internal static Contender CParallel(BenchContext context, int count, int window) => new($"C posix_spawn and wait, {window} at once", "/s", () => Rate(context.Commands, "parallel", $"{count}", $"{window}"));

    internal static Contender NodeSequential(BenchContext context, int count) => new("node child_process.spawn", "ms", () => PerOne(1e6, Tools.Find("node"), context.Script("node-commands.js"), $"{count}", "1"));

    internal static Contender NodeParallel(BenchContext context, int count, int window) => new($"node child_process.spawn, {window} at once", "/s", () => Rate(Tools.Find("node"), context.Script("node-commands.js"), $"{count}", $"{window}"));

    internal static Contender PythonSequential(BenchContext context, int count) => new("Python subprocess.run", "ms", () => PerOne(1e6, Tools.FindPython(), context.Script("python-commands.py"), $"{count}"));

    internal static Contender DotnetSequential(int count) => new(".NET Process, output read", "ms", async () => 1000 / await Yardsticks.RateAsync(count, 1, RunProcessAsync));

    internal static Contender DotnetParallel(int count, int window) => new($".NET Process, {window} at once", "/s", () => Yardsticks.RateAsync(count, window, RunProcessAsync));

    internal static Contender CRead(BenchContext context, long bytes) => new("cat's pipe to a C reader", "MiB/s", async () => await Rate(context.Commands, "read", $"{bytes}") / (1 << 20));

    internal static Contender DotnetRead(long bytes) => new(".NET Process, stream read", "MiB/s", async () =>
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("head", ["-c", $"{bytes}", "/dev/zero"]) { RedirectStandardOutput = true })!;
        var buffer = new byte[64 << 10];
        long total = 0;
        int read;
        while ((read = await process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
            total += read;
        await process.WaitForExitAsync();
        return total / (double)(1 << 20) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    });

    internal static Contender CEcho(BenchContext context, int count) => new("C, raw pseudoterminal", "µs", () => PerOne(1e3, context.Commands, "echo", $"{count}"));

    private static async Task RunProcessAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("true") { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
    }

    private static Task<double> PerOne(double divisor, string program, params string[] arguments)
    {
        var numbers = NativeProcess.RunForNumbers(program, arguments);
        return Task.FromResult(numbers[1] / numbers[0] / divisor);
    }

    private static Task<double> Rate(string program, params string[] arguments)
    {
        var numbers = NativeProcess.RunForNumbers(program, arguments);
        return Task.FromResult(numbers[0] / numbers[1] * 1e9);
    }
}
