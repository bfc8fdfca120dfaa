using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace ActorBrowser.Architecture;

/// <summary>The machine code in the product matches its assembly source.</summary>
public sealed class MachineCode
{
    [Theory]
    [InlineData("X64", "script-x64.s", "x86_64-linux-gnu-")]
    [InlineData("Arm64", "script-arm64.s", "aarch64-linux-gnu-")]
    public async Task Is_assembled_from_its_source(string property, string source, string tools)
    {
        // The other processor's cross assembler may be missing; this processor's assembler comes with the tests' C compiler.
        if (!await ExistsAsync(tools + "as"))
            return;
        var folder = Directory.CreateTempSubdirectory("ab-code-").FullName;
        await RunAsync(tools + "as", Path.Combine(Repository.Root, "eng", source), "-o", Path.Combine(folder, "code.o"));
        await RunAsync(tools + "objcopy", "-O", "binary", "-j", ".text", Path.Combine(folder, "code.o"), Path.Combine(folder, "code.bin"));
        var assembled = Convert.ToHexString(await File.ReadAllBytesAsync(Path.Combine(folder, "code.bin"))).ToLowerInvariant();
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src", "Interop", "PreExecCode.cs"));
        var declared = text[text.IndexOf($"ReadOnlySpan<byte> {property} ", StringComparison.Ordinal)..];
        declared = string.Concat(Regex.Matches(declared[..declared.IndexOf(");", StringComparison.Ordinal)], "\"([0-9a-f]+)\"").Select(static match => match.Groups[1].Value));
        Assert.Equal(assembled, declared);
        Directory.Delete(folder, true);
    }

    private static async Task<bool> ExistsAsync(string program)
    {
        try
        {
            await RunAsync(program, "--version");
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
    }
}
