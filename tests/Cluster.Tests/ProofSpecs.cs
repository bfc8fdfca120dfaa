using System.Diagnostics;

namespace ActorBrowser.ClusterTests;

/// <summary>The short form of eng/prove-cluster: real processes, one node of three is killed with requests under way.</summary>
public sealed class ProofSpecs
{
    [Fact]
    public async Task When_a_node_of_three_is_killed_each_request_ends_once_and_no_process_is_left()
    {
        using var proof = Process.Start(new ProcessStartInfo(SampleProgram.Path("bench/ClusterProof", "ActorBrowser.ClusterProof"), ["--short"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ACTORBROWSER_PROOF_CHILD"] = TestChildProgram.Path },
        })!;
        try
        {
            var error = proof.StandardError.ReadToEndAsync();
            var output = await proof.StandardOutput.ReadToEndAsync().WaitAsync(6 * Deadline.Long);
            await proof.WaitForExitAsync().Soon();
            Assert.True(proof.ExitCode == 0 && output.EndsWith("Nothing was violated.\n", StringComparison.Ordinal), output + await error);
        }
        finally
        {
            if (!proof.HasExited)
                proof.Kill(entireProcessTree: true);
        }
    }
}
