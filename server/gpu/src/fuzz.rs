//! Texts from outside never make this crate panic: known texts, cut and mixed by a small
//! generator whose seed is fixed, so that a failure repeats.

use crate::decide::{Devices, Need, Wish, decide, explain_failure};
use crate::facts::HostFacts;
use crate::fixture::{engine, host};
use crate::recognise::recognise;
use crate::require::check_image;
use crate::version::Version;
use crate::visible::{Seen, SeenNode, SmiOutput, judge};

const PIECES: &[&str] = &[
    "could not select device driver \"\" with capabilities: [[gpu]]",
    "unresolvable CDI devices nvidia.com/gpu=9",
    "error running hook #0: exit status 1, stdout: , stderr: x: unknown",
    "GPU 0: NVIDIA L4 (UUID: GPU-1)\n  MIG 1g Device 0: (UUID: MIG-1)",
    "kind: nvidia.com/gpu\ndevices:\n- name: \"0\"\n  containerEdits: {}\n-   name: 'all'",
    "{\"kind\":\"nvidia.com/gpu\",\"devices\":[{\"name\":\"0\"}]}",
    "cuda>=12.1,driver<451 brand=tesla",
    "libcuda.so.535.161.08",
    "535.161.08",
    "/dev/nvidia0",
    "ünïcode ☃ {driver} {device}",
    "99999999999999999999.1",
    "\0\r\n\t\u{7f}",
    "<>=!,.:;'\"()[]{}",
];

struct Random(u64);

impl Random {
    /// A number below the limit (xorshift).
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit as u64)).expect("below a usize")
    }

    fn text(&mut self) -> String {
        let mut characters = Vec::new();
        for _ in 0..=self.below(3) {
            let piece: Vec<char> = PIECES[self.below(PIECES.len())].chars().collect();
            let start = self.below(piece.len());
            let end = start + self.below(piece.len() - start + 1);
            match self.below(3) {
                0 => characters.extend(&piece[start..end]),
                _ => characters.extend(&piece),
            }
        }
        for _ in 0..self.below(3) {
            let at = self.below(characters.len() + 1).min(characters.len());
            let other: Vec<char> = PIECES[self.below(PIECES.len())].chars().collect();
            characters.insert(at, other[self.below(other.len())]);
        }
        characters.into_iter().collect()
    }
}

#[test]
fn texts_from_outside_never_panic() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let engine = engine("28.2.2 lists-cdi rootless");
    let here = host("card driver hook nodes");
    for _ in 0..3_000 {
        let text = random.text();
        recognise(&text, Some(&engine));
        explain_failure(&text, &engine, &here);
        crate::cdi::read("/etc/cdi/x", &text);
        Version::parse(&text);
        let env = [
            ("NVIDIA_REQUIRE_CUDA".to_owned(), text.clone()),
            ("CUDA_VERSION".to_owned(), random.text()),
        ];
        check_image(&env, &here);
        let odd = HostFacts {
            driver: Some(text.clone()),
            ..here.clone()
        };
        check_image(&env, &odd);
        judge(&Seen {
            nodes: vec![SeenNode {
                path: text.clone(),
                errno: 1,
            }],
            nvidia_smi: Some(SmiOutput {
                code: Some(0),
                text: text.clone(),
            }),
        });
        let wish = Wish {
            need: Need::Optional,
            devices: Devices::Ids(vec![text.clone(), String::new()]),
            capabilities: vec![text],
        };
        decide(&wish, &engine, &here);
    }
}
