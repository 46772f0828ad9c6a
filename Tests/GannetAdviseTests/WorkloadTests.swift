import GannetAdvise
import Testing

@Suite struct WorkloadTests {
    @Test("Names, weights, duplicates and what cannot be advised on")
    func script() {
        let workload = Workload(
            script: """
                -- About the file.

                -- name: one user
                -- weight: 3
                SELECT * FROM users WHERE id = 1;
                SELECT * FROM users WHERE id = 2;
                DROP TABLE users;
                -- name: change
                UPDATE users SET name = ';' WHERE id = 3;
                SELECT 1 INTO OUTFILE '/tmp/x';
                """
        )
        #expect(workload.queries.map(\.name) == ["one user", "change"])
        #expect(workload.queries.map(\.weight) == [4, 1])
        #expect(workload.skipped.count == 2)
    }
}
