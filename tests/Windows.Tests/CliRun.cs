using System.Diagnostics;
using System.Text;

namespace ActorBrowser.WindowsTests;

/// <summary>The published actorbrowser.exe, run to its end.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output, read as UTF-8.</param>
/// <param name="Error">Its standard error, read as UTF-8.</param>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    internal static string Program => Environment.GetEnvironmentVariable("ACTORBROWSER_TEST_CLI") ?? throw new InvalidOperationException("ACTORBROWSER_TEST_CLI names no actorbrowser.exe.");

    internal static Task<CliRun> Of(params string[] arguments) => WithInput(null, arguments);

    internal static async Task<CliRun> WithInput(byte[]? input, params string[] arguments)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        using var process = Process.Start(start)!;
        using var over = new CancellationTokenSource(Deadline);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(over.Token);
            var error = process.StandardError.ReadToEndAsync(over.Token);
            if (input is not null)
                await process.StandardInput.BaseStream.WriteAsync(input, over.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(over.Token);
            return new CliRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"actorbrowser {string.Join(' ', arguments)} did not end within {Deadline.TotalSeconds} s.");
        }
    }

    /// <summary>Runs this program as a command of exec.</summary>
    internal static Task<CliRun> Exec(params string[] helper) => Of(["exec", "--", Launching.Program, Helper.Argument, .. helper]);
}
