using System.Diagnostics;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>A terminal in which a shell runs a line, and at which a test types. Python makes it; the tests need python3.</summary>
internal static class TypingTerminal
{
    private const string Script =
        """
        import os, pty, signal, sys
        # Ignored where a script started the tests in the background, and then by all that they start.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        process, master = pty.fork()
        if process == 0:
            os.execvp("bash", ["bash", "-c", sys.argv[1]])
        seen, at = b"", 0
        def more():
            global seen
            try:
                data = os.read(master, 4096)
            except OSError:
                data = b""
            seen += data
            return data
        for i in range(2, len(sys.argv), 2):
            while sys.argv[i].encode() not in seen[at:]:
                if not more():
                    sys.exit("'%s' did not come: %s" % (sys.argv[i], seen))
            at = seen.index(sys.argv[i].encode(), at) + len(sys.argv[i])
            os.write(master, sys.argv[i + 1].encode())
        while more():
            pass
        sys.stdout.buffer.write(seen)
        """;

    /// <summary>Runs a line to its end, in which "AB " stands for the program.</summary>
    /// <param name="line">For bash.</param>
    /// <param name="steps">Pairs: after a text has appeared, behind those of the pairs before, the next is typed.</param>
    /// <returns>What the terminal has shown.</returns>
    internal static async Task<string> RunAsync(string line, params string[] steps)
    {
        var shell = line.Replace("AB ", TestChildProgram.Command + " ", StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("python3", ["-c", Script, shell, .. steps]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (code, output, error) = await process.OutcomeAsync(Deadline.Long * 2);
        Assert.True(code == 0, output + error);
        return output;
    }
}
